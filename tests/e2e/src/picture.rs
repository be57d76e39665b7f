//! Pictures of the screen.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::desk::Desk;
use crate::wait::eventually;
use crate::window::Window;

impl Desk {
    /// Takes a picture of the whole screen, once two in a row are the same, so that nothing is
    /// caught in the middle of being drawn.
    ///
    /// # Errors
    /// When the screen does not come to rest, or stays of one colour, for a minute.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        self.picture_of("root", path).await
    }

    async fn picture_of(&self, window: &str, path: &Path) -> Result<()> {
        let folder = path.parent().context("a picture lies in a folder")?;
        std::fs::create_dir_all(folder)?;
        let file = path.to_string_lossy().into_owned();
        let mut before = String::new();
        eventually("the screen to come to rest", async || {
            self.run("import", &["-window", window, "-strip", &file])?;
            // The hash of the pixels and the number of colours; the file itself has a date in it.
            let now = self.run("identify", &["-format", "%# %k", &file])?;
            let colours = now.split(' ').nth(1).and_then(|count| count.parse().ok());
            let drawn = colours.is_some_and(|count: u32| count > 8);
            let same = now == before;
            before = now;
            Ok((drawn && same).then_some(()))
        })
        .await
    }
}

impl Window<'_> {
    /// Takes a picture of the window without its frame, once it has come to rest.
    ///
    /// # Errors
    /// As [`Desk::picture`].
    pub async fn picture(&self, path: &Path) -> Result<()> {
        // Beside the window, so that nothing looks pointed at.
        self.desk.run("xdotool", &["mousemove", "0", "0"])?;
        self.desk.picture_of(&self.id().await?, path).await
    }

    /// Keeps a picture of the window in the folder that `FLOWKEEP_PICTURES` names, for people to look at;
    /// without it does nothing.
    ///
    /// # Errors
    /// As [`Desk::picture`].
    pub async fn keep_picture(&self, name: &str) -> Result<()> {
        match std::env::var_os("FLOWKEEP_PICTURES") {
            Some(folder) => self.picture(&Path::new(&folder).join(name)).await,
            None => Ok(()),
        }
    }
}
