using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Wallets;

/// <summary>
/// Whose a wallet is. All wallets of a chain are public, so a plain hash of an address could be tried out: the name a wallet is kept under is made with
/// a secret of the broadcast, which is not in the database. That somebody proved to have the wallet is the caller's to see to.
/// </summary>
internal sealed class WalletBook(EventStore ledger, LedgerDatabase database, MasterKeys masters, ViewerPseudonyms pseudonyms, TimeProvider time)
{
    /// <summary>Longest name of a wallet (CAIP-10) in characters.</summary>
    public const int MaxWalletLength = 128;

    /// <summary>Most wallets of one viewer in one broadcast; of those that are linked at the same moment a few more.</summary>
    public const int MaxWallets = 32;

    private static readonly Refusal s_full = new(409, "wallets-full", $"This viewer has {MaxWallets} wallets in this broadcast; unlink one first.");
    private static readonly string s_list = WalletTables.Load("list_wallets.sql");

    /// <inheritdoc cref="LicensingRegistration.LinkWalletAsync"/>
    public async Task LinkAsync(BroadcastId broadcast, string wallet, string viewer, CancellationToken cancel)
    {
        if (!ViewerPseudonyms.IsViewer(viewer))
        {
            throw new RefusedException(EntitlementEndpoints.ViewerInvalid);
        }

        var known = await FindAsync(broadcast, wallet, cancel);
        if (known is not null && known.Pseudonym == pseudonyms.Find(broadcast, viewer))
        {
            return;
        }

        if ((await ListAsync(broadcast, viewer, cancel)).Count >= MaxWallets)
        {
            throw new RefusedException(s_full);
        }

        // Two at once leave two events: the later one holds, as the later of two calls would.
        var (holder, name) = pseudonyms.Seal(broadcast, viewer, wallet);
        await ledger.AppendAsync(WalletEvents.StreamOf(PseudonymOf(broadcast, wallet)), ExpectedVersion.Any, [WalletEvents.Linked(time, broadcast, holder, name)], cancel);
    }

    /// <inheritdoc cref="LicensingRegistration.UnlinkWalletAsync"/>
    public async Task<bool> UnlinkAsync(BroadcastId broadcast, string wallet, string viewer, bool byShop, CancellationToken cancel)
    {
        if (wallet.Length > MaxWalletLength || !ViewerPseudonyms.IsViewer(viewer) || pseudonyms.Find(broadcast, viewer) is not { } holder)
        {
            return false;
        }

        var stream = WalletEvents.StreamOf(PseudonymOf(broadcast, wallet));
        while (true)
        {
            switch (await ledger.ReadStreamAsync(stream, cancel: cancel).LastOrDefaultAsync(cancel))
            {
                case { Type: WalletEvents.LinkedType } linked when WalletEvents.ReadLinked(linked.PayloadJson.Span).Viewer == holder.ToString():
                    // Whoever links it to another viewer in between makes the append fail.
                    var unlinked = WalletEvents.Unlinked(time, broadcast, holder, byShop ? WalletEvents.OfShop : WalletEvents.OfViewer);
                    if ((await ledger.AppendAsync(stream, ExpectedVersion.Exactly(linked.Version), [unlinked], cancel)).IsStored)
                    {
                        return true;
                    }

                    break;
                case { Type: WalletEvents.UnlinkedType } done:
                    return WalletEvents.ReadUnlinked(done.PayloadJson.Span).Viewer == holder.ToString();
                default:
                    return false;
            }
        }
    }

    /// <inheritdoc cref="LicensingRegistration.WalletsOfAsync"/>
    public async Task<IReadOnlyList<LinkedWallet>> ListAsync(BroadcastId broadcast, string viewer, CancellationToken cancel)
    {
        if (!ViewerPseudonyms.IsViewer(viewer) || pseudonyms.Find(broadcast, viewer) is not { } pseudonym)
        {
            return [];
        }

        return await DatabaseAway.GuardAsync<IReadOnlyList<LinkedWallet>>(async () =>
        {
            await using var command = database.Source.CreateCommand(s_list);
            command.Parameters.Add(new() { Value = broadcast.Value });
            command.Parameters.Add(new() { Value = pseudonym.Value.ToArray() });
            var found = new List<LinkedWallet>();
            await using var rows = await command.ExecuteReaderAsync(cancel);
            while (await rows.ReadAsync(cancel))
            {
                var wallet = rows.IsDBNull(1) ? null : pseudonyms.OpenWallet(broadcast, new(rows.GetGuid(0)), rows.GetFieldValue<byte[]>(1));
                found.Add(new(wallet, rows.GetFieldValue<DateTimeOffset>(2)));
            }

            return found;
        });
    }

    /// <summary>The viewer whose a wallet is; null if it is nobody's, or if that viewer was erased.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<SealedViewer?> FindAsync(BroadcastId broadcast, string wallet, CancellationToken cancel)
    {
        StoredEvent? last = null;
        await foreach (var stored in ledger.ReadStreamAsync(WalletEvents.StreamOf(PseudonymOf(broadcast, wallet)), cancel: cancel))
        {
            last = stored;
        }

        if (last is null or { Type: WalletEvents.UnlinkedType })
        {
            return null;
        }

        var linked = WalletEvents.ReadLinked(last.PayloadJson.Span);
        var subject = new SubjectId(Guid.ParseExact(linked.Subject, "N"));
        var name = StrictBase64Url.TryDecode(linked.Name, out var bytes) ? bytes : throw new InvalidDataException("a wallet is nobody's");
        return pseudonyms.Open(broadcast, subject, name) is null ? null : new(EntitlementEvents.ReadViewer(linked.Viewer), subject, name);
    }

    /// <summary>The name of the viewer whose a wallet is; null as above.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<string?> NameAsync(BroadcastId broadcast, string wallet, CancellationToken cancel) =>
        await FindAsync(broadcast, wallet, cancel) is { } viewer ? pseudonyms.Open(broadcast, viewer.Subject, viewer.Name) : null;

    private WalletPseudonym PseudonymOf(BroadcastId broadcast, string wallet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wallet.Length, MaxWalletLength);
        Span<byte> id = stackalloc byte[16];
        masters.Derive(broadcast, Encoding.UTF8.GetBytes($"liveledger wallet v1\n{wallet}"), id);
        return new(new Guid(id, bigEndian: true));
    }
}
