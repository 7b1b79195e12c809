namespace LiveLedger.Transparency.Bundles;

/// <summary>The README of every bundle of this format: it never changes, so an altered one is seen.</summary>
public static class BundleReadme
{
    /// <summary>The text.</summary>
    public const string Text = """
        LiveLedger offline bundle, format 1
        ===================================

        Everything that a transparency log holds about one broadcast, with what proves it. It is checked without
        any network, and without trusting whoever gave it to you. Keep the file as it is: packed again by another
        program it is no bundle any more.

          liveledger audit bundle verify FILE --key VKEY       (VKEY: the log's key, from somebody you trust)

        Files
          checkpoint   The signed tree head: origin, size, root hash, the log's signature and those of witnesses.
                       C2SP signed-note, tlog-checkpoint and tlog-cosignature.
          log.vkey     The key that the checkpoint is said to be signed with. Do not believe it because it is here.
          policy       Which witnesses the log's server asks for (C2SP tlog-policy). Nobody has signed it.
          contents     The broadcast, and of each of its streams the version and index of the last entry.
          entries      The entries, each with salt and payload, and the hashes that prove all of them together.

        With tools of others
          The checkpoint opens with note.Open of golang.org/x/mod/sumdb/note and the vkey; or with any Ed25519: the
          signature is over the text up to and with its last newline before the empty line.
          All hashes are SHA-256; sha256sum and openssl dgst -sha256 compute them.

        How to check the entries (numbers are big-endian)
          entries is a row of records: index (8 bytes), hashes (32 bytes each), length (2), entry, salt (16),
          length (4), payload. The last record has the tree's size in the place of the index, its hashes, and ends.
          1. Indexes grow. Between the index before (+1; at first 0) and this one, cut the leaves from left to right
             into the largest full subtrees: 2^k leaves that begin at a multiple of 2^k. One hash stands for each.
          2. An entry's leaf is SHA-256(0x00 entry); two subtrees of one size, the left one beginning at a multiple of
             their sum, are one: SHA-256(0x01 left right). At the end what is left is joined from right to left.
             The result is the root in the checkpoint (RFC 6962, section 2.1).
          3. The last 32 bytes of an entry are SHA-256(salt payload).
          4. Each stream of contents has every version from 0 to its last, and that is where contents says.

        What this cannot show
          That no whole stream was left out, or a head named too low: read the log for that. That others were
          shown the same log: witnesses and their cosignatures are for that. That what was logged is true.

        """;
}
