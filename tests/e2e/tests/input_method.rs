//! A real input method: Enter that ends a pinyin composition never submits a form.

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window, eventually};

#[tokio::test]
async fn enter_that_ends_a_composition_does_not_submit() -> Result<()> {
    let desk = Desk::new(Language::Chinese).await?.with_pinyin().await?;
    let window = Window::open(&desk).await?;
    window.click("nav-workflows").await?;
    window.click("new").await?;
    window.shown("new-name").await?;
    window.focus().await?;
    let composed = async || {
        let script = "return document.activeElement?.value ?? ''";
        let value = window.page.execute(script, vec![]).await?;
        anyhow::Ok(value.as_str().unwrap_or_default().to_owned())
    };

    // What is being composed shows in the input method's own panel; the field gets the outcome.
    desk.type_text("nihao")?;
    desk.press(&["Return"])?;
    // Enter takes the letters as they are; the form is still there to go on with.
    eventually("the letters", async || {
        Ok((composed().await? == "nihao").then_some(()))
    })
    .await?;
    window.shown("dialog-new").await?;

    desk.press(&["ctrl+a"])?;
    desk.type_text("nihao ")?;
    eventually("the words", async || {
        Ok((composed().await? == "你好").then_some(()))
    })
    .await?;
    window.shown("dialog-new").await?;

    // Enter with nothing being composed submits.
    desk.press(&["Return"])?;
    window.gone("dialog-new").await?;
    let made = desk.flowkeep(&["flow", "list"])?;
    assert_eq!(made["items"][0]["name"], "你好");
    window.close().await
}
