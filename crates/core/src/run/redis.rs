//! Which Redis commands only read: those may be done again after a crash, and need no trust.

use crate::Value;

/// Commands that change nothing and wait for nothing. What is not here may write, or is a script: even
/// one that only reads can hold the whole server for as long as it likes.
const READS: [&str; 76] = [
    "BITCOUNT",
    "BITFIELD_RO",
    "BITPOS",
    "COMMAND",
    "DBSIZE",
    "DUMP",
    "ECHO",
    "EXISTS",
    "EXPIRETIME",
    "GEODIST",
    "GEOHASH",
    "GEOPOS",
    "GEORADIUSBYMEMBER_RO",
    "GEORADIUS_RO",
    "GEOSEARCH",
    "GET",
    "GETBIT",
    "GETRANGE",
    "HEXISTS",
    "HGET",
    "HGETALL",
    "HKEYS",
    "HLEN",
    "HMGET",
    "HRANDFIELD",
    "HSCAN",
    "HSTRLEN",
    "HVALS",
    "INFO",
    "KEYS",
    "LASTSAVE",
    "LCS",
    "LINDEX",
    "LLEN",
    "LOLWUT",
    "LPOS",
    "LRANGE",
    "MGET",
    "OBJECT",
    "PEXPIRETIME",
    "PING",
    "PTTL",
    "RANDOMKEY",
    "SCAN",
    "SCARD",
    "SDIFF",
    "SINTER",
    "SINTERCARD",
    "SISMEMBER",
    "SMEMBERS",
    "SMISMEMBER",
    "SORT_RO",
    "SRANDMEMBER",
    "SSCAN",
    "STRLEN",
    "SUBSTR",
    "SUNION",
    "TIME",
    "TTL",
    "TYPE",
    "XLEN",
    "XPENDING",
    "XRANGE",
    "XREVRANGE",
    "ZCARD",
    "ZCOUNT",
    "ZDIFF",
    "ZINTER",
    "ZINTERCARD",
    "ZLEXCOUNT",
    "ZMSCORE",
    "ZRANGE",
    "ZRANK",
    "ZSCAN",
    "ZSCORE",
    "ZUNION",
];

/// More of them, with names of their own for the way back.
const READS_BACKWARDS: [&str; 5] = [
    "ZRANGEBYLEX",
    "ZRANGEBYSCORE",
    "ZREVRANGE",
    "ZREVRANGEBYSCORE",
    "ZREVRANK",
];

/// Whether a command (its name and its arguments) only reads, as far as it is known: one whose name
/// an expression gives is not.
pub fn only_reads(command: &[Value]) -> bool {
    let Some(name) = command.first().and_then(Value::as_str) else {
        return false;
    };
    let is = |known: &&str| known.eq_ignore_ascii_case(name.trim());
    READS.iter().chain(&READS_BACKWARDS).any(is)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&["get", "k"], true)]
    #[case(&["ZREVRANK", "k", "m"], true)]
    #[case(&["SET", "k", "v"], false)]
    #[case(&["BLPOP", "k", "0"], false)]
    #[case(&["SORT", "k", "STORE", "l"], false)]
    #[case(&["GETDEL", "k"], false)]
    #[case(&["EVAL", "…"], false)]
    #[case(&["EVAL_RO", "while true do end", "0"], false)]
    #[case(&["evalsha_ro", "…", "0"], false)]
    #[case(&["FCALL_RO", "f", "0"], false)]
    #[case(&["${context.command}", "k"], false)]
    #[case(&[], false)]
    fn what_is_known_to_read(#[case] command: &[&str], #[case] expected: bool) {
        let command: Vec<_> = command.iter().map(|&word| word.into()).collect();
        assert_eq!(only_reads(&command), expected);
    }
}
