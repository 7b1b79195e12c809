using LiveLedger.Cli.Bundles;
using LiveLedger.Harness.Bundles;
using LiveLedger.Transparency.Bundles;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Offline bundles: no mutation of one, or of the files in one, is taken for another content.</summary>
internal static class BundleTarget
{
    private static readonly SampleBundle s_sample = SampleBundle.Of(40, static i => i % 5 < 2);
    private static readonly byte[] s_bundle = s_sample.Make();
    private static readonly Dictionary<string, byte[]> s_files = SampleBundle.Unpack(s_bundle);

    public static FuzzTarget Create() => new("bundle", [s_bundle, SampleBundle.Of(1, static _ => true).Make(), s_sample.Make(anchors: [s_sample.AnchorAt(11)])], Read);

    /// <summary>The same for what is packed in an archive, where a mutation of the archive seldom comes to.</summary>
    public static FuzzTarget CreateEntries() => new("bundle-entries", [s_files[BundleFiles.Entries]], ReadEntries);

    private static void Read(ReadOnlySpan<byte> input)
    {
        var found = BundleVerification.Of(new MemoryStream(input.ToArray()), SampleBundle.Signer.VerifierKey, null);
        if (found.Fault is null && found.Bundle!.Head.Size.Value is not (1 or 40))
        {
            throw new FuzzException("a tree was proven that nobody signed");
        }

        if (found.Fault is null && found.Entries is not (1 or 16))
        {
            throw new FuzzException("entries were left out, or too many taken");
        }
    }

    private static void ReadEntries(ReadOnlySpan<byte> input)
    {
        if (!BundleContents.TryParse(s_files[BundleFiles.Contents], out var contents))
        {
            throw new FuzzException("the sample's contents cannot be read");
        }

        var check = new BundleCheck(s_sample.Head, contents);
        check.End(input.Length - check.Take(input));
        if (check.Fault is null && !input.SequenceEqual(s_files[BundleFiles.Entries]))
        {
            throw new FuzzException("other entries were proven");
        }
    }
}
