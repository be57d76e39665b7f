//! `session_export`: everything that is kept of a session in a folder that is read without Flowkeep. What touches
//! disks is done apart, as in `folders`.

use std::fmt::Write as _;

use flowkeep_files::FilesError;
use flowkeep_files::snapshots::overlay::Lost;
use flowkeep_files::snapshots::restoring::{Beside, export as write_out};
use flowkeep_host::path_text;
use serde::Serialize;

use super::session_recovery::{above_is_there, failed, is_elsewhere, no_room_there, refused_place};
use super::{runs, session_list};
use crate::apart::apart_for;
use crate::progress::Thinned;
use crate::types::{
    RunShowInput, SessionExportInput, SessionExported, SessionNotRestored, SessionRef, SessionShow,
};
use crate::{Api, AppError, Catalogue, Progress, Tongue, time};

/// An attempt at taking the session up again.
#[derive(Serialize)]
struct Attempt {
    number: u32,
    at: String,
    actor: String,
    source: Option<String>,
    found: serde_json::Value,
}

/// Writes everything that is kept of a session to a folder. Keys that were masked stay so; what was encrypted is exact.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `folder_not_empty`, `copy_inside_data_folder`, `cancelled`; what the database
/// and the disk say.
pub fn export(
    api: &Api,
    input: SessionExportInput,
    progress: &dyn Progress,
) -> Result<SessionExported, AppError> {
    let kept = session_list::kept(api, &input.id)?;
    let to = api.path_of(&input.to)?;
    let id = input.id.clone();
    let session = session_list::show(api, SessionRef { id })?;
    let mut known = vec![
        ("session.json", text(&session)?),
        ("attempts.json", text(&attempts(api, kept.row)?)?),
    ];
    if let Some(id) = session.run_id.clone() {
        let run = runs::show(
            api,
            RunShowInput {
                id,
                ..RunShowInput::default()
            },
        )?;
        known.push(("run.json", text(&run)?));
    }
    let workshop = api.snapshot_workshop()?;
    let (data_dir, place) = (api.data_dir.clone(), to.clone());
    let work = move |steps: &Thinned<'_>| {
        above_is_there(&place)?;
        is_elsewhere(&place, &data_dir)?;
        let beside = |lost: &[Lost]| -> Vec<Beside> {
            let readme = ("README.txt", readme(&session, lost).into_bytes());
            known.into_iter().chain([readme]).collect()
        };
        let written = write_out(&workshop, &kept, &place, beside, steps);
        Ok::<_, FilesError>(written)
    };
    let left = || AppError::new("cancelled");
    let written = apart_for(api.patience, progress, work, left, drop).map_err(refused_place)?;
    let written = written.map_err(|error| no_room_there(failed(error), &to))?;
    let lost = written.lost.into_iter().map(|lost| SessionNotRestored {
        path: lost.path.into(),
        reason: lost.reason,
    });
    Ok(SessionExported {
        session_id: input.id,
        target_dir: path_text(&to),
        snapshots: written.snapshots,
        files: written.files,
        lost: lost.collect(),
    })
}

fn text(value: &impl Serialize) -> Result<Vec<u8>, AppError> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| AppError::new("internal").with("detail", error))?;
    Ok(format!("{text}\n").into_bytes())
}

fn attempts(api: &Api, row: i64) -> Result<Vec<Attempt>, AppError> {
    let attempts = api.store.session_attempts(row)?.into_iter();
    let told = attempts.map(|attempt| Attempt {
        number: attempt.number,
        at: time::rfc3339(attempt.at),
        actor: attempt.actor,
        source: attempt.source,
        // What it failed with where nothing was found is text as well.
        found: serde_json::from_str(&attempt.found).unwrap_or_default(),
    });
    Ok(told.collect())
}

/// `README.txt`, in both languages, with what is damaged.
fn readme(session: &SessionShow, lost: &[Lost]) -> String {
    let mut text = format!(
        "{name}
All that Flowkeep keeps of this piece of work, as plain files.

  session.json   how it stands, and its snapshots with the hashes of their files
  snapshots      a folder for each snapshot, by its number, with the files as they were
  definition.*   the definition the work itself was begun with, where there is one
  run.json       its newest run: steps, what they gave, messages
  attempts.json  when somebody tried to take it up again, and what was found

Where <masked> stands in a file, there was a key or a password that Flowkeep did not keep. Fill it in before the
file is used. What was kept encrypted has its keys in it: keep this folder where only you can read it. To go on by hand, take the newest folder of snapshots that has all you need.

这里是 Flowkeep 为这项工作保留的全部内容，均为普通文件。

  session.json   会话的状态，以及各个快照中文件的哈希
  snapshots      每个快照一个文件夹，以编号命名，文件内容与当时一致
  definition.*   工作开始时自带的定义（如有）
  run.json       最近一次执行：各步骤、其结果和消息
  attempts.json  何时尝试过恢复，当时找到了什么

文件中的 <masked> 处原为密钥或密码，Flowkeep 没有保留；使用前请先填入。曾加密保存的文件含有其密钥：请把此文件夹放在只有您能读取的地方。要手动继续，请选用内容齐全的最新快照文件夹。
",
        name = session.name,
    );
    if !lost.is_empty() {
        text.push_str(
            "\nDamaged, locked or no longer kept, and so not in here:\n已损坏、已锁定或不再保留，因此不在其中：\n",
        );
        let [english, chinese] = [Tongue::English, Tongue::Chinese].map(Catalogue::new);
        for Lost { path, reason } in lost {
            let (why, also) = (english.say(reason), chinese.say(reason));
            let _ = writeln!(text, "  {path}: {why}（{also}）");
        }
    }
    text.replace('\n', "\r\n")
}
