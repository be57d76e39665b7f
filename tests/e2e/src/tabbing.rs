//! Going through a page with the keyboard alone.

use anyhow::{Result, bail};
use serde_json::json;

use crate::wait::eventually;
use crate::window::Window;

/// More controls than any page has.
const ROUND: usize = 90;

impl Window<'_> {
    /// Goes on with Tab, as a person does, until what a selector means has the focus.
    ///
    /// # Errors
    /// When it never does; says where the focus was on the way.
    pub async fn tab_to(&self, selector: &str) -> Result<()> {
        let mut passed = Vec::new();
        for _ in 0..ROUND {
            let remember = "window.focusBefore = document.activeElement";
            self.page.execute(remember, vec![]).await?;
            self.desk().press(&["Tab"])?;
            let script = "const now = document.activeElement; \
                          return now === window.focusBefore ? null \
                          : [now.matches(arguments[0]), now.outerHTML.slice(0, 90)]";
            let stop = eventually("the focus to go on", async || {
                let asked = self.page.execute(script, vec![json!(selector)]).await?;
                Ok(asked.as_array().cloned())
            })
            .await?;
            if stop[0] == true {
                return Ok(());
            }
            passed.push(stop[1].to_string());
        }
        bail!("Tab never came to {selector}: {passed:#?}")
    }

    /// Goes on with Tab to what a selector means, and presses a key there.
    ///
    /// # Errors
    /// As [`Window::tab_to`].
    pub async fn press_on(&self, selector: &str, key: &str) -> Result<()> {
        self.tab_to(selector).await?;
        self.desk().press(&[key])
    }

    /// Waits until what has the focus is what a selector means.
    ///
    /// # Errors
    /// When it is something else for a minute; says what.
    pub async fn focus_is_on(&self, selector: &str) -> Result<()> {
        let script = "return document.activeElement.matches(arguments[0])";
        let on = eventually(format!("the focus on {selector}"), async || {
            let on = self.page.execute(script, vec![json!(selector)]).await?;
            Ok((on == true).then_some(()))
        })
        .await;
        match on {
            Ok(()) => Ok(()),
            Err(error) => {
                let script = "return document.activeElement.outerHTML.slice(0, 200)";
                let now = self.page.execute(script, vec![]).await?;
                Err(error.context(format!("it is on {now}")))
            }
        }
    }
}
