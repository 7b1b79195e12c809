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

    // A little more than the platform asks of a relay: 600 links' receipts a minute.
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly LinkedList<SignedReceipt> _waiting = new();

    /// <summary>Keeps a receipt to be handed in.</summary>
    public void Add(SignedReceipt receipt)
    {
        lock (_lock)
        {
            _waiting.AddLast(receipt);
            if (_waiting.Count > MaxWaiting)
            {
                _waiting.RemoveFirst();
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
                settle();
            }
        }
    }

    /// <summary>Hands one batch in; true if there is more to hand in, false for nothing or a server that takes nothing now.</summary>
    public async Task<bool> FileAsync(CancellationToken stopping)
    {
        var receipts = new List<SignedReceipt>();
        lock (_lock)
        {
            for (; receipts.Count < ReceiptBatch.MaxReceipts && _waiting.First is { } first; _waiting.RemoveFirst())
            {
                receipts.Add(first.Value);
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
                GiveBack(receipts);
            }

            return false;
        }

        lock (_lock)
        {
            return _waiting.Count > 0;
        }
    }

    // Where they were: of a link's periods none counts after a newer one.
    private void GiveBack(List<SignedReceipt> receipts)
    {
        lock (_lock)
        {
            for (var n = receipts.Count - 1; n >= 0 && _waiting.Count < MaxWaiting; n--)
            {
                _waiting.AddFirst(receipts[n]);
            }
        }
    }
}
