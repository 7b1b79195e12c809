using System.Collections.Concurrent;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Relay.Broadcasts;
using LiveLedger.Relay.Grants;
using LiveLedger.Relay.Links;
using LiveLedger.Relay.Platforms;
using LiveLedger.Relay.Service;
using LiveLedger.Relay.Tracking;

namespace LiveLedger.Relay;

/// <summary>The relay as a member of its broadcasts' swarms, under the operator's grant: keeps it admitted, joined and up with what is played.</summary>
internal sealed class Membership(ServerApi server, Ed25519PrivateKey key, RelayCounters counters, string? origin, TimeProvider time, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<BroadcastId, Member> _members = new();
    private Task _keeping = Task.CompletedTask;

    public Platform Platform { get; } = new(server, time);

    public GrantKeeper Grant { get; } = new(server, time);

    public int Links => _members.Values.Sum(static m => m.Swarm.Links);

    /// <summary>Broadcasts whose tracker knows of the relay.</summary>
    public int Joined => _members.Values.Count(static m => m.Tracker.IsJoined);

    /// <summary>What stands in the way, of each broadcast in whose way something stands.</summary>
    public IReadOnlyList<string> Failures => [.. _members.Values.Select(FailureOf).Append(Grant.Failure).OfType<string>().Distinct()];

    public void Start() => _keeping = Task.WhenAll(RunAsync(Platform.RunAsync, stopping), RunAsync(Grant.RunAsync, stopping));

    public RelaySwarm? Find(BroadcastId id) => _members.TryGetValue(id, out var member) ? member.Swarm : null;

    /// <summary>Joins a broadcast's swarm, and stays in it.</summary>
    public void Add(RelayedBroadcast broadcast)
    {
        var swarm = new RelaySwarm(broadcast, Platform, counters, time);
        var member = new Member(swarm, new(swarm, server, key, time), new(swarm, time), CancellationTokenSource.CreateLinkedTokenSource(stopping));
        if (!_members.TryAdd(broadcast.Id, member))
        {
            return;
        }

        member.Keeper.Refused = Grant.Doubt;
        swarm.Revoked = () =>
        {
            member.Keeper.AskSoon();
            Grant.Doubt();
        };
        var ending = member.Ending.Token;
        var receipts = new ReceiptsToFile(broadcast.Id, server, key, time);
        swarm.Settled = receipts.Add;
        var proofs = new ProofsToReport(swarm.Revocations.Covers, server, time);
        swarm.Proved = proofs.Add;
        member.Running = Task.WhenAll(
            RunAsync(proofs.RunAsync, ending),
            RunAsync(stop => receipts.RunAsync(swarm.Settle, stop), ending),
            RunAsync(member.Keeper.RunAsync, ending), RunAsync(member.Tracker.RunAsync, ending), RunAsync(new EdgeFollower(swarm, server, time).RunAsync, ending));
    }

    /// <summary>Leaves a broadcast's swarm.</summary>
    public async Task RemoveAsync(BroadcastId id)
    {
        if (_members.TryRemove(id, out var member))
        {
            await member.Ending.CancelAsync();
            await member.Running;
            await member.Swarm.LeaveAsync();
            member.Ending.Dispose();
        }
    }

    /// <summary>Tells all peers that the relay leaves; returns when they are gone, or cut off for being slow.</summary>
    public Task LeaveAsync() => Task.WhenAll(_members.Values.Select(static m => m.Swarm.LeaveAsync()));

    /// <summary>Waits for what was told to stop.</summary>
    public Task EndAsync() => Task.WhenAll(_members.Values.Select(static m => m.Running).Append(_keeping));

    private string? FailureOf(Member member) => member.Swarm.Self switch
    {
        _ when Grant.Broadcast is { } only && only != member.Swarm.Broadcast.Id => $"the grant is for broadcast {only} alone",
        null => member.Keeper.Failure,
        { Admission.Origin: null } => "the grant names no web origin, so no peer can link",
        { Admission.Origin: var granted } when origin is not null && granted != origin => $"the grant is for the origin {granted}, not for --origin {origin}: no peer can link",
        _ => member.Keeper.Failure ?? member.Tracker.Failure,
    };

    private static Task RunAsync(Func<CancellationToken, Task> loop, CancellationToken ending) => Task.Run(
        async () =>
        {
            try
            {
                await loop(ending);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // As told.
            }
        },
        CancellationToken.None);

    private sealed record Member(RelaySwarm Swarm, AdmissionKeeper Keeper, TrackerLink Tracker, CancellationTokenSource Ending)
    {
        public Task Running { get; set; } = Task.CompletedTask;
    }
}
