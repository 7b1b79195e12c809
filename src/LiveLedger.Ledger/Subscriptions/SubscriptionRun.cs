using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Subscriptions;

/// <summary>Follows the log with one subscription, over the session that holds its lock.</summary>
internal sealed class SubscriptionRun(
    TailReads events, LogReader published, OutwardSubscription subscription, SubscriptionPlace place, long next, TimeProvider time, Action<SubscriptionStep> reached)
{
    /// <summary>Most events of one batch: what is sent again at the worst.</summary>
    public const int BatchSize = 256;

    // Most events have no message, and behind those alone the place need not move each time.
    private static readonly TimeSpan s_move = TimeSpan.FromSeconds(1);

    private long _next = next;
    private long _stored = next;
    private long _storedAt = time.GetTimestamp();

    /// <summary>True if less than a batch waits: there is nothing to catch up with.</summary>
    public bool IsLevel => (long)published.Head().Size.Value - _next < BatchSize;

    /// <summary>Sends the messages of the next events and moves the place behind them.</summary>
    /// <returns>False if the log has no more events now.</returns>
    /// <exception cref="MessageRefusedException">A message was not taken; the place has not moved.</exception>
    public async Task<bool> StepAsync(CancellationToken cancel)
    {
        // What no checkpoint covers yet a lost database may forget, and nobody outside could check it.
        var promised = (long)published.Head().Size.Value - _next;
        var batch = promised > 0 ? await events.ReadAsync(new((ulong)_next), (int)Math.Min(BatchSize, promised), cancel) : [];
        var sent = await SendAsync(batch, cancel);
        _next += batch.Count;
        if (sent > 0)
        {
            // Taken, all of them. A crash before the place has moved sends them again, under the same ids.
            reached(SubscriptionStep.Sent);
        }

        if (sent > 0 || (_next > _stored && time.GetElapsedTime(_storedAt) >= s_move))
        {
            await AdvanceAsync(cancel);
            reached(SubscriptionStep.Advanced);
        }

        return batch.Count > 0;
    }

    private async Task AdvanceAsync(CancellationToken cancel)
    {
        if (!await place.TryAdvanceAsync(_stored, _next, cancel))
        {
            throw new SubscriptionMovedException(subscription.Name);
        }

        (_stored, _storedAt) = (_next, time.GetTimestamp());
    }

    // The number of messages, all of them taken.
    private async Task<int> SendAsync(IReadOnlyList<LoggedEvent> batch, CancellationToken cancel)
    {
        var messages = batch.Select(e => (Event: e, Message: subscription.MessageOf(e))).Where(static m => m.Message is not null).ToArray();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancel);

        // A stream's messages share a lane, and a lane sends one after the other.
        var lanes = messages.GroupBy(static m => unchecked((uint)m.Event.Event.Stream.Value.GetHashCode(StringComparison.Ordinal)) % OutwardSubscription.InFlight);
        await Task.WhenAll(lanes.Select(async lane =>
        {
            foreach (var (logged, message) in lane)
            {
                await SendAsync(logged, message!, failed, cancel);
            }
        }));
        return messages.Length;
    }

    private async Task SendAsync(LoggedEvent logged, object message, CancellationTokenSource failed, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(failed.Token);
        patience.CancelAfter(subscription.Patience);
        try
        {
            await subscription.Send(message, logged.Event, patience.Token);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // The batch is sent again as a whole: what other lanes have on the way would only be sent twice.
            await failed.CancelAsync();
            throw new MessageRefusedException(subscription.Name, logged.Index, e);
        }
    }
}

/// <summary>The steps of a subscription, for tests that fail at each.</summary>
internal enum SubscriptionStep
{
    /// <summary>A batch's messages were taken, and the place has not moved.</summary>
    Sent,

    /// <summary>And the place has.</summary>
    Advanced,
}

/// <summary>A message was not taken; it is sent again.</summary>
internal sealed class MessageRefusedException(string name, LedgerIndex at, Exception cause)
    : Exception($"the message of event {at.Value} of {name} was not taken: {cause.Message}", cause);

/// <summary>A subscription is not where this publisher left it. Begin again from what is there.</summary>
internal sealed class SubscriptionMovedException(string name) : Exception($"the subscription {name} has been moved by somebody else");
