using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Relay.Platforms;
using LiveLedger.Relay.Service;

namespace LiveLedger.Relay.Tests;

/// <summary>Proofs that the relay heard of come to the platform, if nobody else has brought them.</summary>
public sealed class ProofsToReportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_heard_is_brought_unless_the_platform_has_said_that_it_knows(bool isKnown)
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var server = new ServerApi(swarm.Platform.Address, null);
        using var key = Ed25519PrivateKey.Generate();
        using var ending = new CancellationTokenSource();
        var reports = new ProofsToReport(_ => isKnown, server, new Hurried());
        var running = reports.RunAsync(ending.Token);
        reports.Add(
            new PeerConviction
            {
                Broadcast = swarm.Upstream.Broadcast,
                Slot = new(swarm.Upstream.Broadcast, TrackName.TryParse("v", out var track) ? track : default, 0),
                Peer = default,
                Key = key.PublicKey,
                AdmittedAt = DateTimeOffset.UnixEpoch,
                Role = PeerRole.Viewer,
                Chunk = 0,
            },
            [1, 2, 3]);
        // Refused for the time being, it is brought again.
        swarm.Platform.RefusedProofs = 2;
        if (isKnown)
        {
            await Task.Delay(1500);
            Assert.Empty(swarm.Platform.Proofs);
        }
        else
        {
            await Patience.UntilAsync(() => swarm.Platform.Proofs.Count == 3, "the proof is brought three times");
            Assert.All(swarm.Platform.Proofs, static proof => Assert.Equal([1, 2, 3], proof));
        }

        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    // A hundred times as fast.
    private sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime / 100, period);
    }
}
