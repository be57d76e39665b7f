//! The words in the store of snapshots for whoever finds the folder in ten years.

/// What the file is called.
pub(super) const NAME: &str = "README.txt";

/// `README.txt`, in both languages.
pub(super) fn text() -> String {
    let text = "Flowkeep snapshots
==================
The configurations with which work was done, as they were then. Flowkeep reads this folder; it can also be
read without it.

What is in it
  sessions: a folder for each piece of work, in it a file for each snapshot: when, why, and which tree
  trees: which files a snapshot has, each with its path, its size, its hashes and what it refers to; packed
    with zstd, and named by the BLAKE3 of what that unpacks to
  objects: the contents of those files, put together and packed with zstd; at the end of each pack stands a
    line for each content that says where it begins and how long it is. Packs are named by the BLAKE3 of
    their bytes
  What ends in .partial was never finished; what ends in .damaged is no longer what it was.

To get one file back by hand
  1. Look into the newest file of its session, and from there into the tree it names: zstd -dc TREE
  2. Find the file by its \"path\", and take the \"blake3\" of its \"object\".
  3. Look for the pack that has it; its line says \"offset\" and \"bytes\":
     for PACK in objects/*/*.zst; do zstd -dc $PACK | grep -a '^{\"blake3\":\"BLAKE3\"' && echo $PACK; done
  4. zstd -dc PACK | tail -c +$((OFFSET + 1)) | head -c BYTES > FILE
  A pack that ends in .zst.age is encrypted with the key of the snapshots, which somebody saved to a file:
     age -d -i KEYFILE PACK | zstd -dc
  Where a tree says \"masked\", a key or password stood; the file has <masked> in its place. Where it says
  \"whole\" there, more than that had to go, perhaps the whole file.

Do not change files in here: a changed file is told apart and not used.

Flowkeep 快照
=============
这里保存了执行工作时所用的配置，内容与当时一致。此文件夹供 Flowkeep 使用，不用 Flowkeep 也能读取。

包含
  sessions：每个会话一个文件夹，其中每个快照一个文件，写明时间、原因和所用的文件清单
  trees：每个快照包含哪些文件，各自的路径、大小、哈希和引用关系；用 zstd 压缩，以解压后内容的 BLAKE3 命名
  objects：这些文件的内容，合并后用 zstd 压缩；每个压缩包末尾逐行写明每份内容从哪里开始、有多长。
    压缩包以自身内容的 BLAKE3 命名
  以 .partial 结尾的没有写完；以 .damaged 结尾的内容已损坏。

手动取回一个文件
  1. 打开该会话最新的文件，再打开其中指明的文件清单：zstd -dc 文件清单
  2. 按 \"path\" 找到文件，记下 \"object\" 中的 \"blake3\"。
  3. 查找含有它的压缩包，相应的一行写有 \"offset\" 和 \"bytes\"：
     for PACK in objects/*/*.zst; do zstd -dc $PACK | grep -a '^{\"blake3\":\"BLAKE3\"' && echo $PACK; done
  4. zstd -dc 压缩包 | tail -c +$((OFFSET + 1)) | head -c BYTES > 文件
  以 .zst.age 结尾的压缩包已用快照密钥加密，密钥由保存它的人另存为文件：
     age -d -i 密钥文件 压缩包 | zstd -dc
  清单中标有 \"masked\" 的文件原本含有密钥或密码，对应位置已换成 <masked>。其中写有 \"whole\" 的，
  密钥周围的内容也一并去掉了，有时是整个文件。

请不要改动这里的文件：改动过的文件会被识别出来，不会使用。
";
    text.replace('\n', "\r\n")
}
