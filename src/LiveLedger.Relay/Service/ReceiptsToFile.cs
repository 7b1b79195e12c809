using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Receipts;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Service;

/// <summary>Receipts of periods that are over, handed in about once a minute. A crash of the relay loses those: it gave the service and has no standing for it.</summary>
internal sealed class ReceiptsToFile(BroadcastId broadcast, ServerApi server, Ed25519PrivateKey key, TimeProvider time)
{
    // Two minutes' of a thousand links; what is older the platform would not count.
    private const int MaxWaiting = 2048;
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(16);

    private readonly Lock _lock = new();
    private readonly Queue<SignedReceipt> _waiting = new();

    /// <summary>Keeps a receipt to be handed in.</summary>
    public void Add(SignedReceipt receipt)
    {
        lock (_lock)
        {
            _waiting.Enqueue(receipt);
            while (_waiting.Count > MaxWaiting)
            {
                _waiting.Dequeue();
            }
        }
    }

    /// <summary>Hands in what there is, again and again.</summary>
    /// <param name="settle">Ends the periods that are over.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(Action settle, CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(s_every, time, stopping);
            settle();
            while (await FileAsync(stopping))
            {
                await Task.Delay(s_between, time, stopping);
            }
        }
    }

    /// <summary>Hands one batch in; true if there is more to hand in, false for nothing or a server that takes nothing now.</summary>
    public async Task<bool> FileAsync(CancellationToken stopping)
    {
        var receipts = new List<SignedReceipt>();
        lock (_lock)
        {
            while (receipts.Count < ReceiptBatch.MaxReceipts && _waiting.TryDequeue(out var receipt))
            {
                receipts.Add(receipt);
            }
        }

        if (receipts.Count == 0)
        {
            return false;
        }

        try
        {
            using var answer = await server.PostPublicAsync("v1/receipts", ReceiptBatch.Sign(broadcast, receipts, key).Bytes, "application/octet-stream", stopping);
        }
        catch (ServerFailure e)
        {
            // What is wrong with them now is wrong with them later; a server that is away, or asks for patience, gets them again.
            if (e.Code is null or "too-many-receipts" or "ledger-unavailable")
            {
                receipts.ForEach(Add);
            }

            return false;
        }

        lock (_lock)
        {
            return _waiting.Count > 0;
        }
    }
}
