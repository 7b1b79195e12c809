using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Admissions;

/// <summary>How many admissions an entitlement or grant gets: 60 at once, and one each 10 s. Each is an event for ever, and a page needs one in seven minutes.</summary>
internal sealed class AdmissionLimit(TimeProvider time)
{
    private readonly Allowances<PeerPseudonym> _allowances = new(time, 60, TimeSpan.FromSeconds(10), 200_000);

    /// <summary>Takes one; how long to wait for the next if there is none.</summary>
    public TimeSpan? Take(PeerPseudonym peer) => _allowances.Take(peer);
}
