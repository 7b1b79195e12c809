namespace LiveLedger.Transparency.Bundles;

/// <summary>The README of every bundle of this format, with anchors and without: neither ever changes, so an altered one is seen.</summary>
public static class BundleReadme
{
    /// <summary>The text in a bundle without anchors.</summary>
    public const string Text = Title + Introduction + Files + Tools + Limits;

    /// <summary>The text in a bundle with anchors.</summary>
    public const string TextWithAnchors = TitleWithAnchors + Introduction + AnchorsCommand + Files + AnchorsFile + Tools + AnchorsCheck + Limits + AnchorsLimits;

    private const string Title = """
        LiveLedger offline bundle, format 1
        ===================================

        """;

    private const string TitleWithAnchors = """
        LiveLedger offline bundle, format 1 with anchors
        ================================================

        """;

    private const string Introduction = """

        Everything that a transparency log holds about one broadcast, with what proves it. It is checked without
        any network, and without trusting whoever gave it to you. Keep the file as it is: packed again by another
        program it is no bundle any more.

          liveledger audit bundle verify FILE --key VKEY       (VKEY: the log's key, from somebody you trust)

        """;

    private const string AnchorsCommand = """
          liveledger audit bundle verify FILE --key VKEY --anchor-block HASH   (a block of the chain, from your own node)

        """;

    private const string Files = """

        Files
          checkpoint   The signed tree head: origin, size, root hash, the log's signature and those of witnesses.
                       C2SP signed-note, tlog-checkpoint and tlog-cosignature.
          log.vkey     The key that the checkpoint is said to be signed with. Do not believe it because it is here.
          policy       Which witnesses the log's server asks for (C2SP tlog-policy). Nobody has signed it.
          contents     The broadcast, and of each of its streams the version and index of the last entry.
          entries      The entries, each with salt and payload, and the hashes that prove all of them together.

        """;

    private const string AnchorsFile = """
          anchors      Earlier trees of this log that were anchored on a chain: size and root, a receipt of the anchor, and
                       the hashes which show that the checkpoint's tree extends it. Nobody has signed this list.

        """;

    private const string Tools = """

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

        """;

    private const string AnchorsCheck = """

        How to check the anchors
          anchors is a row of lines, up to four times: "anchor", size, root; the receipt (JSON); hashes. Root and hashes are
          base64, the largest size stands first.
          1. The hashes are the consistency proof from that size and root to the checkpoint's (RFC 6962, section 2.1.2).
          2. The receipt has the same size and root, and as origin SHA-256 of the checkpoint's first line without its newline.
          3. Keccak-256 of the receipt's header is the hash of a block. Whether it is one of the chain, ask somebody you trust.
          4. From the fourth field of the header, the state root, the nodes in account lead to the contract, and from the
             contract's storage root those in storage lead to the root (eth_getProof, EIP-1186). The slot is
             h(size h(origin h(submitter 0))), h Keccak-256, each in 32 bytes.

        """;

    private const string Limits = """

        What this cannot show
          That no whole stream was left out, or a head named too low: read the log for that. That others were
          shown the same log: witnesses and their cosignatures are for that. That what was logged is true.

        """;

    private const string AnchorsLimits = """
          Of what stands behind an anchored size: when it was logged. Whose contract and whose submitter those are.

        """;
}
