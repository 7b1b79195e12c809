using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Vectors.Merkle;

/// <summary>The good and bad proofs of transparency-dev/merkle, one JSON file a case (see SOURCES.md beside them).</summary>
public sealed class TransparencyDevProofs
{
    [Fact]
    public void Every_inclusion_case_comes_out_as_published() => Run("vectors/rfc6962/inclusion", static c =>
        c.GetProperty("leafIdx").TryGetUInt64(out var index) && c.GetProperty("treeSize").TryGetUInt64(out var size)
        && TryHash(c.GetProperty("root"), out var root) && TryHash(c.GetProperty("leafHash"), out var leaf)
        && TryHashes(c.GetProperty("proof"), out var hashes)
        && InclusionProof.TryCreate(new(index), new(size), hashes, out var proof)
        && proof.Verify(new(leaf), new(root)) == ProofResult.Valid);

    [Fact]
    public void Every_consistency_case_comes_out_as_published() => Run("vectors/rfc6962/consistency", static c =>
        c.GetProperty("size1").TryGetUInt64(out var from) && c.GetProperty("size2").TryGetUInt64(out var to)
        && TryHash(c.GetProperty("root1"), out var oldRoot) && TryHash(c.GetProperty("root2"), out var newRoot)
        && TryHashes(c.GetProperty("proof"), out var hashes)
        && ConsistencyProof.TryCreate(new(from), new(to), hashes, out var proof)
        && proof.Verify(new(oldRoot), new(newRoot)) == ProofResult.Valid);

    private static void Run(string folder, Func<JsonElement, bool> isValid)
    {
        var files = Directory.GetFiles(SharedFiles.FolderOrSkip(folder), "*.json", SearchOption.AllDirectories);
        var (good, wrong) = (0, new List<string>());
        foreach (var file in files)
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var wanted = !document.RootElement.GetProperty("wantErr").GetBoolean();
            good += wanted ? 1 : 0;
            if (isValid(document.RootElement) != wanted)
            {
                wrong.Add($"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}: wanted {(wanted ? "valid" : "refused")}");
            }
        }

        Assert.Empty(wrong);

        // Both kinds must be there, or agreement would mean nothing.
        Assert.True(good > 0 && files.Length > 2 * good, $"{good} good of {files.Length} cases");
    }

    private static bool TryHash(JsonElement text, out Bytes32 hash)
    {
        hash = default;
        if (text.ValueKind != JsonValueKind.String || !text.TryGetBytesFromBase64(out var bytes) || bytes.Length == 0)
        {
            return false;
        }

        // Some cases hold words ("don't care 2") where hashes belong. Our types cannot: a hash of the word stands for it, so
        // that such a case is decided by the proof, as it is meant to be, and not by a length.
        hash = bytes.Length == Bytes32.Length ? new(bytes) : Sha256Hash.Of(bytes).Value;
        return true;
    }

    private static bool TryHashes(JsonElement list, out List<Bytes32> hashes)
    {
        hashes = [];
        if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (!TryHash(item, out var hash))
                {
                    return false;
                }

                hashes.Add(hash);
            }
        }

        return true;
    }
}
