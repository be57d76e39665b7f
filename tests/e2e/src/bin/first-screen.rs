//! `make run` on a machine without a display: opens the window on a display in memory with a new
//! data folder, waits for its first screen, takes a picture and ends.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language, Window};

#[tokio::main]
async fn main() -> Result<()> {
    let picture: PathBuf = std::env::args_os()
        .nth(1)
        .context("usage: first-screen FILE.png")?
        .into();
    let picture = std::path::absolute(picture)?;
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    desk.picture(&picture).await?;
    window.close().await?;
    println!(
        "There is no display here. The first screen: {}",
        picture.display()
    );
    Ok(())
}
