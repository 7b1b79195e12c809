using LiveLedger.Chain;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;
using LiveLedger.Chain.Rlp;
using LiveLedger.Chain.Tests.Proofs;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;

namespace LiveLedger.Fuzz.Targets.Chain;

/// <summary>A good receipt under a header that is trusted; the same in every run.</summary>
internal static class AnchoredSample
{
    private static readonly Address s_contract = new(Convert.FromHexString("a11c0000000000000000000000000000000000c7"));
    private static readonly Address s_submitter = new(Convert.FromHexString("5b00000000000000000000000000000000000001"));
    private static readonly Sha256Hash s_origin = Sha256Hash.Of("ledger.example/main"u8);

    public static AnchorReceipt Receipt { get; } = Make();

    public static BlockHash Trusted { get; } = new(Keccak256.Of(Receipt.Header.Span));

    private static AnchorReceipt Make()
    {
        var storage = new TestTrie(Enumerable.Range(1, 20).Select(static size => (Slot((ulong)size), Unlisted(Root((ulong)size).ToArray()))));
        var account = new RlpWriter().Add(1).Add(0).Add(storage.Root.ToArray()).Add(Keccak256.Of([]).ToArray()).ToArray();
        var key = Keccak256.Of(s_contract.ToArray()).ToArray();
        var accounts = new TestTrie([(key, account), .. Enumerable.Range(0, 20).Select(i => (Keccak256.Of([(byte)i]).ToArray(), account))]);
        return new()
        {
            Chain = new(31337),
            Contract = s_contract,
            Submitter = s_submitter,
            Origin = s_origin,
            Head = new(new(7), new(Root(7))),
            Header = SampleHeader.Of(accounts.Root, 1, 1_764_000_000),
            AccountProof = accounts.Prove(key),
            StorageProof = storage.Prove(Slot(7)),
        };
    }

    private static Bytes32 Root(ulong size) => Keccak256.Of([(byte)size, 1]);

    private static byte[] Slot(ulong size) => Keccak256.Of(AnchorSlot.Of(s_submitter, s_origin, new(size)).ToArray()).ToArray();

    // A word's RLP: none of these roots begins with a zero.
    private static byte[] Unlisted(byte[] word) => [0xa0, .. word];
}
