using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain.Proofs;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>A kept receipt.</summary>
/// <param name="Size">Of which checkpoint.</param>
/// <param name="Block">Against which block.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="Receipt">The receipt's file.</param>
internal sealed record KeptReceipt(ulong Size, ulong Block, string BlockHash, byte[] Receipt);

/// <summary>The receipts that were taken. Throws <see cref="LedgerUnavailableException"/> while the database is away.</summary>
internal sealed class ReceiptBook(LedgerDatabase database, Deployment deployment)
{
    private static readonly string s_list = ReceiptTables.Load("list_receipts");

    /// <summary>Receipts, the largest checkpoint first, none larger than <paramref name="most"/>.</summary>
    public Task<IReadOnlyList<KeptReceipt>> ListAsync(ulong most, int count, CancellationToken cancel) => LedgerUnavailableException.GuardAsync<IReadOnlyList<KeptReceipt>>(async () =>
    {
        await using var command = database.Source.CreateCommand(s_list);
        foreach (var value in (object[])[deployment.Name, (decimal)most, count])
        {
            command.Parameters.Add(new() { Value = value });
        }

        var found = new List<KeptReceipt>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            found.Add(new((ulong)rows.GetFieldValue<decimal>(0), (ulong)rows.GetInt64(1), rows.GetString(2), rows.GetFieldValue<byte[]>(3)));
        }

        return found;
    });

    /// <summary>What the receipts show of the log of this name, the largest tree first; one of another name, from before a change of settings, is passed over.</summary>
    public async Task<IReadOnlyList<AnchoredTree>> TreesAsync(Sha256Hash origin, TreeSize most, int count, CancellationToken cancel) =>
    [
        .. (await ListAsync(most.Value, count, cancel))
            .Select(kept => AnchorReceiptJson.TryParse(kept.Receipt, out var receipt) && receipt.Origin == origin ? new AnchoredTree(receipt.Head, kept.Receipt) : null)
            .OfType<AnchoredTree>(),
    ];
}
