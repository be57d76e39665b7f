//! The data folder's disk is full while something runs: a small file system in memory, which only
//! root can mount.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use flowkeep_e2e::{Desk, Language, Window};
use serde_json::json;

/// A disk of so many megabytes in the place of a folder, gone with its handle.
struct SmallDisk<'desk>(&'desk Desk, PathBuf);

impl<'desk> SmallDisk<'desk> {
    fn mount(desk: &'desk Desk, place: &Path, megabytes: u32) -> Result<Self> {
        let size = format!("size={megabytes}m,mode=700");
        desk.run(
            "mount",
            &[
                "-t",
                "tmpfs",
                "-o",
                &size,
                "tmpfs",
                &place.to_string_lossy(),
            ],
        )?;
        Ok(Self(desk, place.to_owned()))
    }

    /// Takes all the room there is; the file that holds it.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.1.join("filler");
        let mut file = File::create(&path)?;
        let mut piece = 1 << 20;
        while piece > 0 {
            if file.write_all(&vec![0; piece]).is_err() {
                piece /= 2;
            }
        }
        Ok(path)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // One that stays is seen by whoever looks at the mounts; there is nobody to tell here.
        let _ = self.0.run("umount", &["--lazy", &self.1.to_string_lossy()]);
    }
}

mod needs_mounts {
    use super::*;

    #[tokio::test]
    #[ignore = "only root may mount"]
    async fn a_full_disk_is_said_over_the_page_and_room_lets_the_run_go_on() -> Result<()> {
        let desk = Desk::new(Language::English).await?;
        let data = desk.data();
        let small = SmallDisk::mount(&desk, &data, 12)?;
        let window = Window::open(&desk).await?;
        // Each step is written down before the next begins: there is always something to write.
        let tasks: Vec<_> = (0..400)
            .map(|n: u32| {
                let after: Vec<_> = n.checked_sub(1).map(|n| format!("t{n}")).into_iter().collect();
                json!({"id": format!("t{n}"), "action": "wait", "params": {"ms": 20}, "dependsOn": after})
            })
            .collect();
        let text = json!({"id": "long", "name": "Long", "tasks": tasks}).to_string();
        let made = json!({"text": text, "format": "json"});
        window.call("flow_create", &made).await?;
        let run = window
            .call("run_start", &json!({"workflow": "long"}))
            .await?;
        let filler = small.fill()?;
        window
            .text_of("engine-trouble", |text| text.contains("make some room"))
            .await?;
        let shown = window
            .call("run_show", &json!({"id": run["run_id"]}))
            .await?;
        // It may not even have begun when the room was gone; that it ended nobody could have written.
        ensure!(shown["end_time"].is_null(), "it stands still: {shown}");

        fs::remove_file(filler)?;
        window.gone("engine-trouble").await?;
        let cancelled = window
            .call("run_cancel", &json!({"id": run["run_id"]}))
            .await?;
        ensure!(
            cancelled["status"] == "cancelled",
            "it goes on: {cancelled}"
        );
        window.close().await
    }
}
