using System.Threading.Channels;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Service;

/// <summary>
/// Proofs that the relay heard of, for the platform: whoever found them may be gone before it has told it, and a liar that spreads a proof against itself tells nobody else. Each waits a while, and
/// is not brought if the platform has said by then that it knows. A crash of the relay loses those that wait; others wait with them.
/// </summary>
/// <param name="isKnown">True if the platform has revoked whom a proof convicts.</param>
/// <param name="server">Where to.</param>
/// <param name="time">The clock.</param>
internal sealed class ProofsToReport(Func<PeerConviction, bool> isKnown, ServerApi server, TimeProvider time)
{
    private const int MaxWaiting = 64;
    private const int MaxTries = 10;
    private const int MaxPeers = 10_000;
    private const int MaxOfPeer = 4;

    // Many heard of it at once: they do not all come at once, and the first spares the others the way.
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    private readonly Channel<(FraudVerdict Verdict, byte[] Proof, long Due)> _waiting =
        Channel.CreateBounded<(FraudVerdict, byte[], long)>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    // How many of each: one liar's proofs against itself are not to keep another's out.
    private readonly Dictionary<PeerPseudonym, int> _ofPeer = [];

    /// <summary>Keeps a proof to be brought.</summary>
    public void Add(FraudVerdict verdict, byte[] proof)
    {
        if (verdict is PeerConviction { Peer: var peer })
        {
            lock (_ofPeer)
            {
                var before = _ofPeer.GetValueOrDefault(peer);
                if (before >= MaxOfPeer || _ofPeer.Count >= MaxPeers)
                {
                    return;
                }

                _ofPeer[peer] = before + 1;
            }
        }

        var wait = s_least + Random.Shared.NextDouble() * (s_most - s_least);
        _waiting.Writer.TryWrite((verdict, proof, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency)));
    }

    /// <summary>Brings what there is, in the order in which it came.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var (verdict, proof, due) in _waiting.Reader.ReadAllAsync(stopping))
        {
            bool IsKnown() => verdict is PeerConviction peer && isKnown(peer);

            if (!IsKnown() && time.GetElapsedTime(time.GetTimestamp(), due) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, time, stopping);
            }

            for (var tried = 0; tried < MaxTries && !IsKnown() && !await IsBroughtAsync(proof, stopping); tried++)
            {
                await Task.Delay(s_least * Math.Pow(2, Math.Min(tried, 3)), time, stopping);
            }
        }
    }

    // True as well for what proves nothing there: it would prove nothing later.
    private async Task<bool> IsBroughtAsync(byte[] proof, CancellationToken stopping)
    {
        try
        {
            using var answer = await server.PostPublicAsync("v1/fraud-proofs", proof, FraudProof.MediaType, stopping);
            return true;
        }
        catch (ServerFailure e)
        {
            return e.Code is not (null or "too-many-proofs" or "ledger-unavailable");
        }
    }
}
