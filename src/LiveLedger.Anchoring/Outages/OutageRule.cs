namespace LiveLedger.Anchoring.Outages;

/// <summary>What is known of a scheduled broadcast's publishing at a moment.</summary>
/// <param name="Starts">Its scheduled start.</param>
/// <param name="Ends">Its scheduled end.</param>
/// <param name="LastServed">When the newest segment was served; null before the first.</param>
/// <param name="Ended">True once it has ended.</param>
internal readonly record struct Publishing(DateTimeOffset Starts, DateTimeOffset Ends, DateTimeOffset? LastServed, bool Ended);

/// <summary>Decides what was an outage: how long nothing may come, and between which moments.</summary>
internal static class OutageRule
{
    /// <summary>The next outage that is over by what is known now, if there was one. Asked again from where it ends, until nothing more is accounted for.</summary>
    /// <param name="known">Up to when everything is accounted for.</param>
    /// <param name="now">What is known now.</param>
    /// <param name="after">How long nothing may be served before that is an outage.</param>
    /// <returns>The outage, and up to when everything is accounted for.</returns>
    public static (Outage? Outage, DateTimeOffset Known) Decide(DateTimeOffset known, Publishing now, TimeSpan after)
    {
        var begin = known > now.Starts ? known : now.Starts;
        // Nothing comes after the end of what has ended: up to its time is all outage.
        var end = now.LastServed is { } served && served > begin ? served : now.Ended ? now.Ends : begin;
        var until = end < now.Ends ? end : now.Ends;
        return until <= begin ? (null, known) : (until - begin > after ? new Outage(begin, until) : null, until);
    }
}
