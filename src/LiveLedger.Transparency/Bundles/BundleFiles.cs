namespace LiveLedger.Transparency.Bundles;

/// <summary>The files of an offline bundle, in their order, and the most bytes of each. See <c>docs/formats/bundle.md</c>.</summary>
public static class BundleFiles
{
    /// <summary>For people: what each file is and how to check it without us.</summary>
    public const string Readme = "README.txt";

    /// <summary>The signed tree head, with its cosignatures, as the log served it.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>The verifier key that the checkpoint opens with.</summary>
    public const string Key = "log.vkey";

    /// <summary>The server's own policy of witnesses.</summary>
    public const string Policy = "policy";

    /// <summary>What the bundle is about, and the head of each of its streams.</summary>
    public const string Contents = "contents";

    /// <summary>The entries with salts and payloads, and between them the hashes that prove them.</summary>
    public const string Entries = "entries";

    /// <summary>Earlier trees of the log that were anchored on a chain; only in a bundle that has one.</summary>
    public const string Anchors = "anchors";

    /// <summary>Those that every bundle has, in the order of the archive.</summary>
    public static IReadOnlyList<string> InOrder { get; } = [Readme, Checkpoint, Key, Policy, Contents, Entries];

    /// <summary>Those of a bundle with anchors, in the order of the archive: the others stand where they do without.</summary>
    public static IReadOnlyList<string> WithAnchors { get; } = [.. InOrder, Anchors];

    /// <summary>Most bytes of a file, unpacked: an archive that says it has more is not read.</summary>
    public static long MaxLength(string name) => name switch
    {
        Readme => 16 * 1024,
        Checkpoint => Notes.SignedNote.MaxLength,
        Key => 1024,
        Policy => Policies.TrustPolicy.MaxLength,
        Contents => 128 * 1024 * 1024,
        Entries => uint.MaxValue,
        Anchors => BundleAnchors.MaxLength,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no file of a bundle"),
    };
}
