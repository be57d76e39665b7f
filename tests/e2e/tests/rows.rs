//! Lists: what is clicked is what opens.

use std::fs;

use anyhow::Result;
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

#[tokio::test]
async fn a_click_opens_the_row_it_was_on() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let folder = desk.folder().join("catalog");
    fs::create_dir(&folder)?;
    for name in ["Alpha", "Beta", "Gamma"] {
        let document = json!({"id": name.to_lowercase(), "name": name, "tasks": []});
        fs::write(folder.join(format!("{name}.json")), document.to_string())?;
    }
    desk.flowkeep(&["flow", "import", &folder.to_string_lossy()])?;
    let window = Window::open(&desk).await?;
    for name in ["Gamma", "Beta"] {
        window.click("nav-workflows").await?;
        window
            .click(&format!("row-{}", name.to_lowercase()))
            .await?;
        assert_eq!(opened(&window).await?, name);
    }
    window.close().await
}

#[tokio::test]
async fn a_click_opens_the_row_it_began_on_though_others_come_in_meanwhile() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let import = |name: &str| -> Result<()> {
        let file = desk.folder().join(format!("{name}.json"));
        let document = json!({"id": name.to_lowercase(), "name": name, "tasks": []});
        fs::write(&file, document.to_string())?;
        desk.flowkeep(&["flow", "import", &file.to_string_lossy()])?;
        Ok(())
    };
    import("Beta")?;
    import("Gamma")?;
    let window = Window::open(&desk).await?;
    window.click("nav-workflows").await?;
    window.shown("row-beta").await?;

    window.point_at("row-beta").await?;
    desk.run("xdotool", &["mousedown", "1"])?;
    import("Alpha")?;
    // Now Alpha lies where Beta was, under the pointer.
    window.shown("row-alpha").await?;
    desk.run("xdotool", &["mouseup", "1"])?;
    assert_eq!(opened(&window).await?, "Beta");
    window.close().await
}

/// The name of the workflow whose form is open.
async fn opened(window: &Window<'_>) -> Result<String> {
    let field =
        Locator::Css("[data-testid=\"field-name\"] input, input[data-testid=\"field-name\"]");
    eventually("the form", async || {
        let Ok(field) = window.page.find(field).await else {
            return Ok(None);
        };
        Ok(field.prop("value").await?)
    })
    .await
}
