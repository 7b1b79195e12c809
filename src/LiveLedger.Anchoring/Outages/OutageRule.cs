namespace LiveLedger.Anchoring.Outages;

/// <summary>What is known of a scheduled broadcast's publishing at a moment.</summary>
/// <param name="Due">When something of it is due.</param>
/// <param name="LastServed">When the newest segment was served; null before the first.</param>
/// <param name="IsOver">True once nothing more can come within that time: it has ended, or the time is over. Whoever falls silent and never ends the broadcast has an outage too.</param>
internal readonly record struct Publishing(ScheduledTime Due, DateTimeOffset? LastServed, bool IsOver);

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
        var (starts, ends) = now.Due;
        var begin = known > starts ? known : starts;
        // Nothing comes any more: up to the end of its time is all outage.
        var end = now.LastServed is { } served && served > begin ? served : now.IsOver ? ends : begin;
        var until = end < ends ? end : ends;
        return until <= begin ? (null, known) : (until - begin > after ? new Outage(begin, until) : null, until);
    }
}
