//! The words inside a backup for whoever finds the folder in ten years.

use flowkeep_core::KeptHistory;

/// What is to be said of keys and passwords.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keys {
    /// Documents in which one stands.
    pub(crate) in_documents: u32,
    /// Files of configurations in which something stands for one.
    pub(crate) masked: u32,
    /// Files of `objects/` that are encrypted, because one may stand in them.
    pub(crate) encrypted: u32,
}

/// `README.txt`, in both languages.
pub(crate) fn text(created_at: &str, documents: u32, keys: Keys, history: KeptHistory) -> String {
    let ([kept, left_out], [kept_zh, left_out_zh]) = history_words(history);
    let [masked, masked_zh] = masked_words(keys.masked);
    let [encrypted, encrypted_zh] = encrypted_words(keys.encrypted);
    let [keys, keys_zh] = key_words(keys.in_documents);
    format!(
        "Flowkeep backup\r
===============\r
Made {created_at} (UTC). Documents: {documents}.\r
\r
What is in it\r
  workflows, roadmaps, rules, templates: one file each, as they were kept\r
{kept}  settings.json: settings that are not bound to one computer, and which folders configurations are looked for in\r
  agents.json: who carries tasks out and how much at once, where that was set\r
  routes.json: which data source tasks use, where that was set\r
  connections.json: how data sources are reached, without passwords, where there are any\r
  schedules.json: workflows that somebody has paused from starting by themselves, where there are any\r
  folders: which task folders there are and what is set for each, where there are any; not what is in them\r
  sessions: work that can be taken up again, and which configuration files it had, where there is any\r
  objects: what was in those files, many in one; zstd -dc unpacks them, and the last lines say what begins where\r
{masked}{encrypted}  manifest.json: every file with its size and SHA-256\r
{keys}\r
What is not in it\r
{left_out}  data in databases that tasks work on, `local` among them; files that tasks wrote;\r
  the files of task folders and their archives;\r
  passwords and other secrets that Flowkeep keeps apart; trust given to workflows;\r
  large outputs that runs keep in files of their own; a log that is kept in files;\r
  deleted documents; the example workspace; the list of known backups\r
\r
To restore: open Flowkeep, Backup & restore, Restore…, and choose this folder;\r
or run: flowkeep db restore -i FOLDER\r
Do not change files in here: a changed file is told apart and left out.\r
\r
Flowkeep 备份\r
=============\r
备份时间 {created_at}（UTC）。文档数：{documents}。\r
\r
包含\r
  workflows、roadmaps、rules、templates：每份文档一个文件，保持原样\r
{kept_zh}  settings.json：与具体电脑无关的设置，以及在哪些文件夹中查找配置\r
  agents.json：由谁执行任务、同时执行多少（设置过才有）\r
  routes.json：任务使用哪个数据源（设置过才有）\r
  connections.json：数据源的连接方式，不含密码（有数据源才有）\r
  schedules.json：被人暂停自动启动的工作流（有才有）\r
  folders：有哪些任务目录及各自的设置（有才有），不含其中的文件\r
  sessions：可以接着进行的会话，以及各自用到的配置文件（有才有）\r
  objects：这些文件的内容，多个合为一个；用 zstd -dc 解开，末尾几行说明各从何处开始\r
{masked_zh}{encrypted_zh}  manifest.json：每个文件的大小和 SHA-256\r
{keys_zh}\r
不包含\r
{left_out_zh}  任务所用数据库（包括 local）中的数据；任务写出的文件；任务目录中的文件及其归档；\r
  Flowkeep 单独保管的密码等机密；对工作流的信任；运行单独存成文件的大型输出；以文件保存的日志；已删除的文档；示例工作区；备份列表\r
\r
恢复方法：打开 Flowkeep，进入“备份与恢复”，点“恢复…”，选择此文件夹；\r
或运行：flowkeep db restore -i 文件夹\r
请不要改动这里的文件：改动过的文件会被识别出来，不会恢复。\r
"
    )
}

/// That keys of configuration files are not in it, in English and in Chinese.
fn masked_words(masked: u32) -> [String; 2] {
    if masked == 0 {
        return [String::new(), String::new()];
    }
    [
        format!(
            "    keys that stood in those files are not in here: <masked> stands in their place ({masked})\r\n"
        ),
        format!("    这些文件中的密钥不在此处，原处写作 <masked>（{masked} 个文件）\r\n"),
    ]
}

/// That some of it can be read with a key only, in English and in Chinese.
fn encrypted_words(encrypted: u32) -> [String; 2] {
    if encrypted == 0 {
        return [String::new(), String::new()];
    }
    [
        format!(
            "    those that end in .zst.age are encrypted as a whole, keys and all ({encrypted}). They are read with\r
    the key of the snapshots, which is not in here: age -d -i KEYFILE PACK | zstd -dc\r\n"
        ),
        format!(
            "    以 .zst.age 结尾的整体加密，其中的密钥原样保留（{encrypted} 个）。读取时需要快照密钥，密钥不在此处：\r
    age -d -i 密钥文件 压缩包 | zstd -dc\r\n"
        ),
    ]
}

/// That keys are in it which came with documents, in English and in Chinese.
fn key_words(with_keys: u32) -> [String; 2] {
    if with_keys == 0 {
        return [String::new(), String::new()];
    }
    [
        format!(
            "  keys: something like a password or a key stands in documents ({with_keys});\r
  keep this folder as safe as those\r\n"
        ),
        format!(
            "  密钥：有 {with_keys} 份文档含有类似密码或密钥的内容，请像保管密钥一样保管此文件夹\r\n"
        ),
    ]
}

/// What of the history is in it and what is not, in English and in Chinese.
fn history_words(history: KeptHistory) -> ([String; 2], [String; 2]) {
    let kept = |span: &str, span_zh: &str| {
        [
            format!(
                "  revisions: the earlier states of those documents{span}\r
  operations: Activity, who changed what and when{span}\r
  runs: what was carried out, with its log and what it gave{span}\r
  log: what other programs recorded{span}\r\n"
            ),
            format!(
                "  revisions：这些文档的历史版本{span_zh}\r
  operations：操作记录（谁、何时、改了什么）{span_zh}\r
  runs：执行过的运行，及其日志和结果{span_zh}\r
  log：其他程序写入的日志{span_zh}\r\n"
            ),
        ]
    };
    let (kept, left_out) = match history {
        KeptHistory::All => (kept("", ""), ["", ""].map(str::to_owned)),
        KeptHistory::Days(days) => {
            let (span, last) = match days.get() {
                1 => ("1 day".to_owned(), "last day".to_owned()),
                days => (format!("{days} days"), format!("last {days} days")),
            };
            (
                kept(&format!(", {last}"), &format!("，最近 {days} 天")),
                [
                    format!("  earlier states, Activity, runs and the log of other programs older than {span};\r\n"),
                    format!("  {days} 天以前的历史版本、操作记录、运行和其他程序写入的日志；\r\n"),
                ],
            )
        }
        KeptHistory::None => (
            ["", ""].map(str::to_owned),
            [
                "  the earlier states of the documents, Activity, runs, and the log of other programs;\r\n",
                "  文档的历史版本、操作记录、运行和其他程序写入的日志；\r\n",
            ]
            .map(str::to_owned),
        ),
    };
    let ([kept, kept_zh], [left_out, left_out_zh]) = (kept, left_out);
    ([kept, left_out], [kept_zh, left_out_zh])
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn it_says_that_keys_are_in_it_where_they_are() {
        let says = |in_documents| {
            let keys = Keys {
                in_documents,
                ..Keys::default()
            };
            text("2026-01-01T00:00:00Z", 3, keys, KeptHistory::All)
        };
        assert!(!says(0).contains("keys:") && !says(0).contains("密钥："));
        assert!(says(2).contains("stands in documents (2);\r\n"));
        assert!(says(2).contains("有 2 份文档含有"));
    }

    #[test]
    fn it_says_in_how_many_files_keys_are_masked() {
        let says = |masked| {
            let keys = Keys {
                masked,
                ..Keys::default()
            };
            text("2026-01-01T00:00:00Z", 3, keys, KeptHistory::All)
        };
        assert!(!says(0).contains("<masked>"));
        assert!(says(4).contains("in their place (4)\r\n"));
        assert!(says(4).contains("（4 个文件）\r\n"));
    }

    #[test]
    fn it_says_how_what_is_encrypted_is_read_where_anything_is() {
        let says = |encrypted| {
            let keys = Keys {
                encrypted,
                ..Keys::default()
            };
            text("2026-01-01T00:00:00Z", 3, keys, KeptHistory::All)
        };
        assert!(!says(0).contains(".age"));
        assert!(says(2).contains("keys and all (2)"));
        assert!(says(2).contains("（2 个）"));
        assert_eq!(says(2).matches("age -d -i").count(), 2);
    }

    #[test]
    fn it_says_how_much_of_the_history_is_there() {
        let says = |history| text("2026-01-01T00:00:00Z", 3, Keys::default(), history);
        let days = |days| KeptHistory::Days(NonZeroU32::new(days).unwrap());
        assert!(says(KeptHistory::All).contains("  operations: Activity"));
        assert!(!says(KeptHistory::None).contains("  operations: Activity"));
        assert!(
            says(KeptHistory::None)
                .contains("\r\n  文档的历史版本、操作记录、运行和其他程序写入的日志；\r\n")
        );
        assert!(says(days(30)).contains("older than 30 days;\r\n  data in databases"));
        assert!(says(days(1)).contains("who changed what and when, last day\r\n"));
        assert!(says(days(1)).contains("older than 1 day;\r\n"));
        for history in [KeptHistory::All, KeptHistory::None, days(30)] {
            let bare = says(history).replace("\r\n", "");
            assert!(!bare.contains(['\r', '\n']), "{history:?}");
        }
    }
}
