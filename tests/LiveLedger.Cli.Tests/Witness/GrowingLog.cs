using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Cli.Witness;

/// <summary>A log with its key, which can show any of its trees, and, being a test's, trees that it should not.</summary>
internal sealed class GrowingLog(string origin = "test.example/log", string salt = "") : IDisposable
{
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();

    internal NoteSigner Signer => new(origin, _key);

    internal VerifierKey Key => Signer.VerifierKey;

    internal string Origin => origin;

    internal Checkpoint Checkpoint(int size) => new(origin, new(new((ulong)size), new(MerkleHash.Root(Leaves(size)))));

    /// <summary>A request with the right proof, to be spoiled by the test that wants another.</summary>
    internal AddCheckpointRequest Request(int old, int size) => new(
        new((ulong)old),
        old > size ? [] : ConsistencyProof.Compute(new((ulong)old), new((ulong)size), n => MerkleHash.Root(Leaves(size).AsSpan((int)(n.Index << n.Level), 1 << n.Level))).Hashes,
        Checkpoint(size).Sign(Signer).ToBytes());

    /// <summary>The same log's key under a history that is another from its first leaf on.</summary>
    internal byte[] Forked(int size) => new Checkpoint(origin, new(new((ulong)size), new(MerkleHash.Root(Leaves(size, "fork"))))).Sign(Signer).ToBytes();

    public void Dispose() => _key.Dispose();

    private Bytes32[] Leaves(int size, string? other = null) =>
        [.. Enumerable.Range(0, size).Select(i => LeafHash.Of(System.Text.Encoding.UTF8.GetBytes($"{i}{other ?? salt}")).Value)];
}
