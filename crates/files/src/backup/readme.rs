//! The words inside a backup for whoever finds the folder in ten years.

/// `README.txt`, in both languages.
pub(crate) fn text(created_at: &str, documents: u32) -> String {
    format!(
        "Flowkeep backup\r
===============\r
Made {created_at} (UTC). Documents: {documents}.\r
\r
What is in it\r
  workflows, roadmaps, rules, templates: one file each, as they were kept\r
  revisions: the earlier states of those documents\r
  operations: Activity, who changed what and when\r
  settings.json: settings that are not bound to one computer\r
  manifest.json: every file with its size and SHA-256\r
\r
What is not in it\r
  passwords and other secrets; trust given to workflows; deleted documents;\r
  the example workspace; the list of known backups\r
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
  revisions：这些文档的历史版本\r
  operations：操作记录（谁、何时、改了什么）\r
  settings.json：与具体电脑无关的设置\r
  manifest.json：每个文件的大小和 SHA-256\r
\r
不包含\r
  密码等机密；对工作流的信任；已删除的文档；示例工作区；备份列表\r
\r
恢复方法：打开 Flowkeep，进入“备份与恢复”，点“恢复…”，选择此文件夹；\r
或运行：flowkeep db restore -i 文件夹\r
请不要改动这里的文件：改动过的文件会被识别出来，不会恢复。\r
"
    )
}
