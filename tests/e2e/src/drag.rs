//! Dragging files from another window onto Flowkeep's, as a file manager would.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::desk::Desk;
use crate::program::Tied;
use crate::window::Window;

/// A small window to drag from. It stands in the top left corner, over the page's edge.
const SOURCE: &str = include_str!("../drag_source.py");

/// Drags `files` from a window of another program and drops them in the middle of `window`.
///
/// # Errors
/// When the other program does not start, or the drag does not end in a drop.
pub async fn drop_on_window(desk: &Desk, window: &Window<'_>, files: &[&Path]) -> Result<()> {
    let target = window.id().await?;
    // The system's Python: only that one has the bindings of GTK.
    let mut command = desk.command("/usr/bin/python3");
    command
        .args(["-c", SOURCE])
        .args(files)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut source = Tied::new(command)?;
    let output = source
        .child()
        .stdout
        .take()
        .context("the drag source's words")?;
    let mut words = BufReader::new(output).lines();
    let mut next = || words.next().transpose().map(Option::unwrap_or_default);
    ensure!(next()? == "shown", "the drag source did not open");

    let (x, y) = middle(desk, &target)?;
    drag(desk, (40, 40), (x, y))?;
    let end = next()?;
    ensure!(end == "dropped", "the drag ended as {end:?}");
    Ok(())
}

/// One press, many small moves, one release: a single jump does not begin a drag.
fn drag(desk: &Desk, from: (i32, i32), to: (i32, i32)) -> Result<()> {
    const STEPS: i32 = 12;
    let mut script = format!("mousemove {} {} sleep 0.15 mousedown 1 ", from.0, from.1);
    for step in 1..=STEPS {
        let x = from.0 + (to.0 - from.0) * step / STEPS;
        let y = from.1 + (to.1 - from.1) * step / STEPS;
        write!(script, "sleep 0.03 mousemove {x} {y} ")?;
    }
    for x in [to.0 + 3, to.0] {
        write!(script, "mousemove {x} {} sleep 0.15 ", to.1)?;
    }
    script.push_str("mouseup 1");
    let words: Vec<&str> = script.split_whitespace().collect();
    desk.run("xdotool", &words)?;
    Ok(())
}

fn middle(desk: &Desk, window: &str) -> Result<(i32, i32)> {
    let shell = desk.run("xdotool", &["getwindowgeometry", "--shell", window])?;
    let number = |name: &str| -> Result<i32> {
        let line = shell
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .context("geometry")?;
        Ok(line.parse()?)
    };
    Ok((
        number("X=")? + number("WIDTH=")? / 2,
        number("Y=")? + number("HEIGHT=")? / 2,
    ))
}
