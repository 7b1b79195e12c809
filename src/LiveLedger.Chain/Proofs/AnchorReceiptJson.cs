using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using LiveLedger.Chain.Blocks;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Proofs;

/// <summary>An anchor receipt's file: JSON of one form, so that the same receipt is the same bytes (docs/formats/anchor-receipt.md).</summary>
public static class AnchorReceiptJson
{
    /// <summary>The longest file.</summary>
    public const int MaxLength = 64 * 1024;

    private const string Format = "liveledger-anchor-receipt/1";
    private const int Members = 10;

    /// <summary>Writes a receipt; false for one that nobody would read.</summary>
    public static bool TryWrite(AnchorReceipt receipt, [NotNullWhen(true)] out byte[]? file)
    {
        file = IsWithinBounds(receipt) ? Write(receipt) : null;
        file = file?.Length <= MaxLength ? file : null;
        return file is not null;
    }

    /// <summary>Reads a file from outside; false for anything but the one form of a receipt.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, [NotNullWhen(true)] out AnchorReceipt? receipt)
    {
        receipt = null;
        if (file.Length is 0 or > MaxLength || !PlainJson.Is(file))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(file.ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 2 });
            receipt = Read(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }

        // Spaces, another order, upper case, members that nobody knows: all of that is another form.
        receipt = receipt is not null && TryWrite(receipt, out var written) && file.SequenceEqual(written) ? receipt : null;
        return receipt is not null;
    }

    private static bool IsWithinBounds(AnchorReceipt receipt) =>
        receipt.Head.Size.Value is > 0 and <= TreeSize.Max && receipt.Head.Root.Value != default
        && receipt.Header.Length is > 0 and <= BlockHeader.MaxLength
        && AreNodes(receipt.AccountProof) && AreNodes(receipt.StorageProof);

    private static bool AreNodes(IReadOnlyList<ReadOnlyMemory<byte>> nodes) =>
        nodes.Count is > 0 and <= TrieProof.MaxNodes && nodes.All(static n => n.Length is > 0 and <= TrieProof.MaxNodeLength);

    private static byte[] Write(AnchorReceipt receipt)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("chain", receipt.Chain.ToString());
            json.WriteString("contract", receipt.Contract.ToString());
            json.WriteString("submitter", receipt.Submitter.ToString());
            json.WriteString("origin", HexText.Of(receipt.Origin.Value.ToArray()));
            json.WriteString("size", receipt.Head.Size.ToString());
            json.WriteString("root", HexText.Of(receipt.Head.Root.Value.ToArray()));
            json.WriteString("header", HexText.Of(receipt.Header.Span));
            WriteNodes(json, "account", receipt.AccountProof);
            WriteNodes(json, "storage", receipt.StorageProof);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteNodes(Utf8JsonWriter json, string name, IReadOnlyList<ReadOnlyMemory<byte>> nodes)
    {
        json.WriteStartArray(name);
        foreach (var node in nodes)
        {
            json.WriteStringValue(HexText.Of(node.Span));
        }

        json.WriteEndArray();
    }

    private static AnchorReceipt? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || json.GetPropertyCount() != Members || PlainJson.Text(json, "format") != Format
            || !ulong.TryParse(PlainJson.Text(json, "chain"), NumberStyles.None, CultureInfo.InvariantCulture, out var chain)
            || !Address.TryParse(PlainJson.Text(json, "contract"), out var contract) || !Address.TryParse(PlainJson.Text(json, "submitter"), out var submitter)
            || !TryHash(json, "origin", out var origin) || !TreeSize.TryParse(PlainJson.Text(json, "size"), out var size) || !TryHash(json, "root", out var root)
            || !HexText.TryRead(PlainJson.Text(json, "header"), BlockHeader.MaxLength, out var header)
            || !ProofNodesJson.TryRead(json, "account", out var account) || !ProofNodesJson.TryRead(json, "storage", out var storage))
        {
            return null;
        }

        return new()
        {
            Chain = new(chain),
            Contract = contract,
            Submitter = submitter,
            Origin = new(origin),
            Head = new(size, new(root)),
            Header = header,
            AccountProof = account,
            StorageProof = storage,
        };
    }

    private static bool TryHash(JsonElement json, string name, out Bytes32 hash)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        var read = HexText.TryRead(PlainJson.Text(json, name), bytes);
        hash = read ? new(bytes) : default;
        return read;
    }
}
