using System.Threading.Channels;
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

    // Many heard of it at once: they do not all come at once, and the first spares the others the way.
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    private readonly Channel<(FraudVerdict Verdict, byte[] Proof)> _waiting = Channel.CreateBounded<(FraudVerdict, byte[])>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Keeps a proof to be brought.</summary>
    public void Add(FraudVerdict verdict, byte[] proof) => _waiting.Writer.TryWrite((verdict, proof));

    /// <summary>Brings what there is, one after the other.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var (verdict, proof) in _waiting.Reader.ReadAllAsync(stopping))
        {
            await Task.Delay(s_least + Random.Shared.NextDouble() * (s_most - s_least), time, stopping);
            for (var tried = 0; tried < MaxTries && !(verdict is PeerConviction peer && isKnown(peer)) && !await IsBroughtAsync(proof, stopping); tried++)
            {
                await Task.Delay(s_least * Math.Pow(2, Math.Min(tried, 5)), time, stopping);
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
