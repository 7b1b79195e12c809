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
internal sealed class WalletBook(EventStore ledger, MasterKeys masters, ViewerPseudonyms pseudonyms, TimeProvider time)
{
    /// <summary>Longest name of a wallet (CAIP-10) in characters.</summary>
    public const int MaxWalletLength = 128;

    /// <summary>Says that a wallet is a viewer's.</summary>
    /// <inheritdoc cref="LicensingRegistration.LinkWalletAsync"/>
    public async Task LinkAsync(BroadcastId broadcast, string wallet, string viewer, CancellationToken cancel)
    {
        if (!ViewerPseudonyms.IsViewer(viewer))
        {
            throw new RefusedException(EntitlementEndpoints.ViewerInvalid);
        }

        var known = await FindAsync(broadcast, wallet, cancel);
        if (known is null || known.Pseudonym != pseudonyms.Find(broadcast, viewer))
        {
            // Two at once leave two events: the later one holds, as the later of two calls would.
            await ledger.AppendAsync(WalletEvents.StreamOf(PseudonymOf(broadcast, wallet)), ExpectedVersion.Any, [WalletEvents.Linked(time, broadcast, pseudonyms.Seal(broadcast, viewer))], cancel);
        }
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

        if (last is null)
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
