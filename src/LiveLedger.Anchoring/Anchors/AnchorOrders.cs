using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>
/// Has the log anchored: over the message bus, by whichever process has time for it. Where the bus does not take the order in a moment it is given here, for which the
/// database is enough: neither what a chain has said nor the following of it waits for a bus.
/// </summary>
internal sealed partial class AnchorOrders(AnchoringLinks links, AnchorDesk desk, TimeProvider time, ILogger<AnchorOrders> logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // So long a bus that did not answer is not asked again.
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);

    private long _failedAt;

    /// <summary>Orders the log to be anchored as it is, or so that so much of it is.</summary>
    /// <exception cref="Ledger.LedgerUnavailableException">The bus is away, and the database is; order it again.</exception>
    public async Task OrderAsync(string reason, ulong? size, CancellationToken cancel)
    {
        if (!await BusTakesAsync(reason, size, cancel))
        {
            await desk.AnchorAsync(reason, size, cancel);
        }
    }

    private async Task<bool> BusTakesAsync(string reason, ulong? size, CancellationToken cancel)
    {
        if (Interlocked.Read(ref _failedAt) is not 0 and var failed && time.GetElapsedTime(failed) < s_rest)
        {
            return false;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(s_patience);
        try
        {
            await links.OrderAnchor(reason, size, patience.Token);
            return true;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            BusAway(reason, e.Message);
            Interlocked.Exchange(ref _failedAt, Math.Max(1, time.GetTimestamp()));
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the message bus does not take the order to anchor ({Reason}), which is given without it: {Problem}")]
    private partial void BusAway(string reason, string problem);
}
