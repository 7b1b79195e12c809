namespace LiveLedger.Ledger.Subscriptions;

/// <summary>
/// Tells the outside what was logged, at least once, with the event's id as the message's: the log is the outbox. Messages of one stream go in
/// its order, each after the one before was taken; of different streams together, up to <see cref="InFlight"/>.
/// </summary>
public sealed record OutwardSubscription
{
    /// <summary>Messages on their way at once: a broker's answer takes a millisecond, and a log has many streams.</summary>
    public const int InFlight = 32;

    /// <summary>Stable name of its place: a–z, 0–9 and _, at most 40. A new name begins with the log's first event.</summary>
    public required string Name { get; init; }

    /// <summary>The message of an event in today's schema, or null for none. Holds no personal value. A function of the event alone.</summary>
    public required Func<LoggedEvent, object?> MessageOf { get; init; }

    /// <summary>Sends a message; done when it was taken, so that neither our end nor the broker's loses it.</summary>
    public required SendMessage Send { get; init; }

    /// <summary>How long a message may take before its broker is taken to be away.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long it may look away after each look, so that many events come at once: each look is a statement. None for what is waited for.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.Zero;
}

/// <summary>Sends a message; throws if it may not have been taken.</summary>
/// <param name="message">What <see cref="OutwardSubscription.MessageOf"/> gave.</param>
/// <param name="cause">Its event: the message's id is the event's.</param>
/// <param name="cancel">Ends the call; the message is sent again later.</param>
public delegate Task SendMessage(object message, StoredEvent cause, CancellationToken cancel);
