using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Abi;

/// <summary>Logs as ethers writes them are read; anything else is not.</summary>
public sealed class EventTests
{
    private const int Rounds = 40;

    [Fact]
    public void Every_event_of_random_values_is_read_as_ethers_wrote_it()
    {
        var random = new RandomValues(712);
        foreach (var (log, written) in Written([.. Enumerable.Range(0, Rounds).SelectMany(_ => Logs(random))]))
        {
            Assert.Equal(log.Expected, log.Read(written.Words, written.Bytes));
        }
    }

    [Fact]
    public void Topics_are_those_that_cast_computes()
    {
        foreach (var (log, written) in Written([.. Logs(new(1))]))
        {
            Assert.Equal(Cast.Say("sig-event", log.Signature), written.Topics[0]);
            Assert.Equal(written.Topics[0], "0x" + log.Topic);
        }
    }

    [Fact]
    public void A_log_with_a_topic_or_a_word_too_many_or_too_few_is_refused()
    {
        foreach (var (log, written) in Written([.. Logs(new(2))]))
        {
            Assert.Null(log.Read(written.Words[..^1], written.Bytes));
            Assert.Null(log.Read([.. written.Words, default], written.Bytes));
            Assert.Null(log.Read(written.Words, [.. written.Bytes, 0]));
            Assert.Null(log.Read(written.Words, [.. written.Bytes, .. new byte[32]]));
            Assert.Null(log.Read([new(new byte[32]), .. written.Words[1..]], written.Bytes));
            Assert.Null(log.Read([], written.Bytes));
            if (written.Bytes.Length > 0)
            {
                Assert.Null(log.Read(written.Words, written.Bytes[..^1]));
                Assert.Null(log.Read(written.Words, written.Bytes[..^32]));
            }
        }
    }

    [Fact]
    public void Whatever_byte_is_set_in_a_log_it_is_refused_or_reads_as_another_value()
    {
        foreach (var (log, written) in Written([.. Logs(new(3))]))
        {
            for (var i = 0; i < written.Bytes.Length; i++)
            {
                var changed = written.Bytes;
                changed[i] ^= 0x40;
                Assert.NotEqual(log.Expected, log.Read(written.Words, changed));
            }

            for (var i = 0; i < written.Words.Length * 32; i++)
            {
                var topics = written.Words;
                var topic = topics[i / 32].ToArray();
                topic[i % 32] ^= 0x40;
                topics[i / 32] = new(topic);
                Assert.NotEqual(log.Expected, log.Read(topics, written.Bytes));
            }
        }
    }

    /// <summary>All that we read, as Solidity declares it.</summary>
    internal static IReadOnlyList<string> Declarations { get; } = [.. Logs(new(0)).Select(static l => l.Signature)];

    private static IEnumerable<(Log Log, EthersLog Written)> Written(Log[] logs) =>
        logs.Zip(Ethers.Write([.. logs.Select(static l => new EthersQuestion("event", l.Signature, l.Values))]));

    private static IEnumerable<Log> Logs(RandomValues random)
    {
        var (a, b, c, word, number, big, other) = (random.Account(), random.Account(), random.Account(), random.Word(), random.Long(), random.Number(UInt128.MaxValue), random.Number(UInt128.MaxValue));
        var (half, truth) = (random.Half(), random.Truth());
        var (origin, root) = (random.Word(), random.Word());
        return
        [
            new("CheckpointAnchored(address indexed submitter, bytes32 indexed origin, uint64 size, bytes32 root)", CheckpointAnchored.Topic,
                new CheckpointAnchored(a, new(origin), new(new(number), new(root))), [a.ForEthers(), origin.ForEthers(), number.ForEthers(), root.ForEthers()],
                static (t, d) => CheckpointAnchored.TryRead(t, d, out var read) ? read : null),
            new("BroadcastRegistered(uint256 indexed token, bytes32 identity, address indexed owner)", BroadcastRegistered.Topic,
                new BroadcastRegistered(new(big), word, a), [big.ForEthers(), word.ForEthers(), a.ForEthers()],
                static (t, d) => BroadcastRegistered.TryRead(t, d, out var read) ? read : null),
            new("ContentSealed(uint256 indexed token, bytes32 root)", ContentSealed.Topic, new ContentSealed(new(big), word), [big.ForEthers(), word.ForEthers()],
                static (t, d) => ContentSealed.TryRead(t, d, out var read) ? read : null),
            new("HandOverAccepted(uint256 indexed token, address indexed owner, bytes32 identity)", HandOverAccepted.Topic,
                new HandOverAccepted(new(big), a, word), [big.ForEthers(), a.ForEthers(), word.ForEthers()],
                static (t, d) => HandOverAccepted.TryRead(t, d, out var read) ? read : null),
            new("SaleCreated(uint256 indexed sale, bytes16 indexed broadcast, address indexed broadcaster)", SaleCreated.Topic,
                new SaleCreated(new(big), half, a), [big.ForEthers(), half.ForEthers(), a.ForEthers()],
                static (t, d) => SaleCreated.TryRead(t, d, out var read) ? read : null),
            new("TicketBought(uint256 indexed ticket, uint256 indexed sale, address indexed buyer, uint128 face)", TicketBought.Topic,
                new TicketBought(new(big), new(number), a, other), [big.ForEthers(), number.ForEthers(), a.ForEthers(), other.ForEthers()],
                static (t, d) => TicketBought.TryRead(t, d, out var read) ? read : null),
            new("SaleStarted(uint256 indexed sale)", SaleStarted.Topic, new SaleStarted(new(big)), [big.ForEthers()],
                static (t, d) => SaleStarted.TryRead(t, d, out var read) ? read : null),
            new("SaleRefunding(uint256 indexed sale, bool cancelled)", SaleRefunding.Topic, new SaleRefunding(new(big), truth), [big.ForEthers(), truth],
                static (t, d) => SaleRefunding.TryRead(t, d, out var read) ? read : null),
            new("SaleSettled(uint256 indexed sale, uint256 proceeds)", SaleSettled.Topic, new SaleSettled(new(big), other), [big.ForEthers(), other.ForEthers()],
                static (t, d) => SaleSettled.TryRead(t, d, out var read) ? read : null),
            new("TicketRefunded(uint256 indexed ticket, address indexed holder, uint256 amount)", TicketRefunded.Topic,
                new TicketRefunded(new(big), a, other), [big.ForEthers(), a.ForEthers(), other.ForEthers()],
                static (t, d) => TicketRefunded.TryRead(t, d, out var read) ? read : null),
            new("OutagePaid(uint256 indexed ticket, address indexed holder, uint256 amount, uint64 until)", OutagePaid.Topic,
                new OutagePaid(new(big), a, other, number), [big.ForEthers(), a.ForEthers(), other.ForEthers(), number.ForEthers()],
                static (t, d) => OutagePaid.TryRead(t, d, out var read) ? read : null),
            new("Credited(address indexed account, address indexed currency, uint256 amount)", Credited.Topic,
                new Credited(a, b, other), [a.ForEthers(), b.ForEthers(), other.ForEthers()],
                static (t, d) => Credited.TryRead(t, d, out var read) ? read : null),
            new("Withdrawn(address indexed account, address indexed currency, address to, uint256 amount)", Withdrawn.Topic,
                new Withdrawn(a, b, c, other), [a.ForEthers(), b.ForEthers(), c.ForEthers(), other.ForEthers()],
                static (t, d) => Withdrawn.TryRead(t, d, out var read) ? read : null),
            new("TransferFeePaid(uint256 indexed ticket, address indexed payer, uint256 amount)", TransferFeePaid.Topic,
                new TransferFeePaid(new(big), a, other), [big.ForEthers(), a.ForEthers(), other.ForEthers()],
                static (t, d) => TransferFeePaid.TryRead(t, d, out var read) ? read : null),
            new("VoucherRedeemed(uint256 indexed ticket, address indexed signer, uint256 nonce)", VoucherRedeemed.Topic,
                new VoucherRedeemed(new(big), a, word), [big.ForEthers(), a.ForEthers(), word.ForEthers()],
                static (t, d) => VoucherRedeemed.TryRead(t, d, out var read) ? read : null),
            new("NoncesCancelled(address indexed signer, uint256 word, uint256 mask)", NoncesCancelled.Topic,
                new NoncesCancelled(a, word, root), [a.ForEthers(), word.ForEthers(), root.ForEthers()],
                static (t, d) => NoncesCancelled.TryRead(t, d, out var read) ? read : null),
            new("Transfer(address indexed from, address indexed to, uint256 indexed tokenId)", TokenTransferred.Topic,
                new TokenTransferred(a, b, big), [a.ForEthers(), b.ForEthers(), big.ForEthers()],
                static (t, d) => TokenTransferred.TryRead(t, d, out var read) ? read : null),
        ];
    }

    private sealed record Log(string Signature, Bytes32 Topic, object Expected, object[] Values, Func<Bytes32[], byte[], object?> Read);
}
