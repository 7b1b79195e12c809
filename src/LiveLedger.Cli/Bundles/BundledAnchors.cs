using System.Globalization;
using System.Text;
using LiveLedger.Chain;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Proofs;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Bundles;

/// <summary>
/// What the receipts in a bundle show: that each is about the tree that its proof begins at and about this log, that it holds under its own header,
/// and whether that header is of a block which the auditor knows.
/// </summary>
/// <param name="bundle">The bundle, whose tree is known to extend the anchored ones.</param>
/// <param name="demand">What the auditor asks for.</param>
internal sealed class BundledAnchors(OfflineBundle bundle, AnchorDemand demand)
{
    // The last second that a date of ours can be of; a header may say any number.
    private const ulong LastSecond = 253_402_300_799;

    private readonly List<Anchor> _anchors = [];
    private readonly long[] _entries = new long[bundle.Anchors.Count];

    /// <summary>Takes the entries one after another.</summary>
    internal void Take(LedgerIndex index)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            _entries[i] += bundle.Anchors[i].Head.Size.Holds(index) ? 1 : 0;
        }
    }

    /// <summary>The refusal's name and what it is, or null if all receipts hold.</summary>
    internal (string Name, string Detail)? Check()
    {
        foreach (var (head, file, _) in bundle.Anchors)
        {
            if (!AnchorReceiptJson.TryParse(file.Span, out var receipt))
            {
                return Refused($"the receipt of the tree of size {head.Size} is none");
            }

            if (receipt.Head != head || receipt.Origin != Sha256Hash.Of(Encoding.UTF8.GetBytes(bundle.Key.Name)))
            {
                return Refused($"the receipt of the tree of size {head.Size} is of another tree, or of another log");
            }

            if (!BlockHeader.TryParse(receipt.Header.Span, out var header))
            {
                return Refused($"the receipt of the tree of size {head.Size} has no block's header");
            }

            // Under its own header first: a receipt that proves nothing is no receipt, whichever block it is against.
            var verdict = receipt.Verify(header.Hash);
            if (verdict.Result != AnchorReceiptResult.Valid)
            {
                return Refused($"the receipt of the tree of size {head.Size} does not hold: {verdict.Result}");
            }

            _anchors.Add(new(receipt, header, verdict.Account!, demand.Blocks.Contains(header.Hash)));
        }

        return _anchors.Count == 0 && (demand.Required || demand.Blocks.Count > 0) ? ("anchor-missing", "not anchored: the bundle has no receipt of any anchored checkpoint")
            : demand.Blocks.Count > 0 && !_anchors.Any(static a => a.IsTrusted)
                ? Refused($"no receipt is against a block that you gave: {string.Join(", ", _anchors.Select(static a => $"block {a.Header.Number} is {a.Header.Hash}"))}")
            : null;
    }

    /// <summary>A line for each anchor, and what to compare.</summary>
    internal IEnumerable<string> Lines(ulong entries)
    {
        foreach (var (place, (receipt, header, account, trusted)) in _anchors.Index())
        {
            yield return $"anchored: chain {receipt.Chain}, block {header.Number}{(trusted ? $" {header.Hash}" : "")}, root {Short(receipt.Head.Root)} of size {receipt.Head.Size}, "
                + $"with {_entries[place]} of the {entries} entries{Ending(header, trusted)}";
            yield return $"          by {receipt.Submitter} in contract {receipt.Contract}, code {HexText.Of(account.CodeHash.ToArray())}: compare these with the published ones";
        }
    }

    /// <summary>The same for `--json`.</summary>
    internal IReadOnlyList<object> Facts() =>
    [
        .. _anchors.Select((a, place) => new
        {
            chain = a.Receipt.Chain.Value,
            contract = a.Receipt.Contract.ToString(),
            codeHash = HexText.Of(a.Account.CodeHash.ToArray()),
            submitter = a.Receipt.Submitter.ToString(),
            size = a.Receipt.Head.Size.Value,
            root = a.Receipt.Head.Root.ToString(),
            entries = _entries[place],
            block = a.Header.Number.Value,
            blockHash = a.Header.Hash.ToString(),
            time = TimeOf(a.Header),
            @checked = a.IsTrusted,
        }),
    ];

    private string Ending(BlockHeader header, bool trusted) =>
        trusted ? $", at {TimeOf(header)} by the block's own clock"
        : demand.Blocks.Count > 0 ? " (not checked: you gave other blocks)"
        : " (not checked: give --anchor-block)";

    private static string Short(RootHash root) => $"{root.ToString()[..4]}…{root.ToString()[^2..]}";

    private static string TimeOf(BlockHeader header) => header.Timestamp <= LastSecond
        ? DateTimeOffset.FromUnixTimeSeconds((long)header.Timestamp).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : $"second {header.Timestamp}";

    private static (string, string)? Refused(string detail) => ("anchor-refused", detail);

    private sealed record Anchor(AnchorReceipt Receipt, BlockHeader Header, AccountState Account, bool IsTrusted);
}
