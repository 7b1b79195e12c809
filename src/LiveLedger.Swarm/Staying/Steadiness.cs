using LiveLedger.Peering.Staying;
using LiveLedger.Swarm.Sessions;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Staying;

/// <summary>
/// Tells the members of a room who of them is steady, now and then for all: the half of those who could be heads that is less likely to leave within a minute. Half, and then by lot, because a peer
/// that knew how to be first could choose to be a head. Who is expected to send next to nothing is not among them: less than a quarter of what those in the middle are. Not thread-safe; its room's lock
/// is held.
/// </summary>
internal sealed class Steadiness(StayingInForce? staying, TimeProvider time)
{
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(5);
    private static readonly double s_quarter = Math.Log(4);

    private StayingModel? _last;
    private long? _at;

    public void Tick(IReadOnlyList<Member> members, Stays stays)
    {
        var model = staying?.Model;
        if (ReferenceEquals(model, _last) && (model is null || _at is { } at && time.GetElapsedTime(at) < s_each))
        {
            return;
        }

        (_last, _at) = (model, time.GetTimestamp());
        foreach (var member in members)
        {
            member.IsSteady = false;
        }

        if (model is not { Leaving: { } leaving })
        {
            return;
        }

        var able = new Member[members.Count];
        var risks = new double[members.Count];
        var count = 0;
        foreach (var member in members)
        {
            if (Stripes.CanBeHead(member))
            {
                (able[count], risks[count]) = (member, leaving.Of(stays.FactsOf(member)));
                count++;
            }
        }

        Array.Sort(risks, able, 0, count);
        var half = able.AsSpan(0, (count + 1) / 2);
        var sendsEnough = model.Uplink is { IsOn: true, Line: var uplink } ? SendEnough(half, uplink, stays) : null;
        for (var n = 0; n < half.Length; n++)
        {
            half[n].IsSteady = sendsEnough is null || sendsEnough[n];
        }
    }

    // Who of them is expected to send enough.
    private static bool[]? SendEnough(ReadOnlySpan<Member> half, StayLine uplink, Stays stays)
    {
        if (half.IsEmpty)
        {
            return null;
        }

        var sends = new double[half.Length];
        for (var n = 0; n < half.Length; n++)
        {
            sends[n] = uplink.Of(stays.FactsOf(half[n]));
        }

        var middle = ((double[])[.. sends.Order()])[sends.Length / 2];
        return [.. sends.Select(s => s >= middle - s_quarter)];
    }
}
