using LiveLedger.Chain;
using LiveLedger.Chain.Transactions;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Harness.Chain;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class SignedTransactionTests
{
    [Fact]
    public async Task What_a_node_signs_is_read_back_and_is_known_to_it_by_the_same_hash()
    {
        await using var anvil = await Anvil.StartAsync();
        using var node = TestNodes.Of(anvil.Url);
        var random = new Random(3);
        for (var n = 0; n < 40; n++)
        {
            var data = new byte[random.Next(4) * 40];
            random.NextBytes(data);
            var asked = new UnsignedTransaction(
                anvil.Account(n % 3), n % 5 == 4 ? null : anvil.Account(n % 7), n % 2 == 0 ? 0 : (UInt128)random.NextInt64(), data, (ulong)(n / 3), (ulong)random.Next(200_000, 900_000),
                (UInt128)random.NextInt64(10_000_000_000, 20_000_000_000), (UInt128)random.Next(1, 1_000_000_000));
            var bytes = await node.SignTransactionAsync(asked, default);
            Assert.True(SignedTransaction.TryRead(bytes, out var signed));
            Assert.Equal((new ChainId(Anvil.ChainId), asked.From, asked.To, asked.Value, asked.Nonce, asked.Gas, asked.MaxFee, asked.Tip),
                (signed.Chain, signed.From, signed.To, signed.Value, signed.Nonce, signed.Gas, signed.MaxFee, signed.Tip));
            Assert.Equal(data, signed.Data.ToArray());
            if (n < 3)
            {
                Assert.Equal(signed.Hash, await node.SendRawTransactionAsync(bytes, default));
            }

            // No byte of it is without meaning: changed, it is nothing, or somebody else's, or says something else.
            var flipped = bytes.ToArray();
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(SignedTransaction.TryRead(flipped, out var other) && other.From == asked.From);
            Assert.False(SignedTransaction.TryRead(bytes.AsMemory()[..^1], out _));
            Assert.False(SignedTransaction.TryRead((byte[])[.. bytes, 0], out _));
        }
    }
}
