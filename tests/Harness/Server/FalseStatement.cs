using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Statements;

namespace LiveLedger.Harness.Server;

/// <summary>What a peer says of a chunk that was published, and the proof that it is not so.</summary>
public static class FalseStatement
{
    /// <summary>The proof that a peer lied about a chunk of the first segment.</summary>
    /// <param name="broadcast">The broadcast, with a segment on track 0.</param>
    /// <param name="peer">Whose admission the proof shows.</param>
    /// <param name="signer">Who signed; null for the peer itself.</param>
    /// <param name="isTrue">True to state what is so.</param>
    public static async Task<ChunkFraudProof> ProveAsync(this RunningBroadcast broadcast, Peer peer, Ed25519PrivateKey? signer = null, bool isTrue = false)
    {
        var http = broadcast.Owner.Server.Http;
        var certificate = await http.GetByteArrayAsync($"/live/{broadcast.Id}/signer");
        if (!SignedRecord.TryParse(await http.GetByteArrayAsync($"/live/{broadcast.Id}/0/0.record"), out var record))
        {
            throw new InvalidDataException("no record of the first segment");
        }

        var leaves = Enumerable.Range(0, ChunkTree.CountFor(record.Record.ByteLength)).Select(record.Leaf).ToArray();
        var stated = isTrue ? leaves[0] : new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Length));
        var statement = new byte[Ed25519PublicKey.SignatureLength];
        new ChunkStatement(record.Hash, 0, stated).Sign(signer ?? peer.Key, statement);
        return new()
        {
            Record = record.Cose,
            Certificate = certificate,
            Admission = peer.Admission,
            Chunk = 0,
            Stated = stated,
            Statement = statement,
            Leaf = leaves[0],
            Path = MerklePath.Of(leaves, 0),
        };
    }

    /// <summary>Posts a proof, as anybody may.</summary>
    public static Task<HttpResponseMessage> PostAsync(this ServerProcess server, FraudProof proof) => server.PostProofAsync(proof.ToBytes());

    /// <summary>Posts what may be a proof.</summary>
    public static async Task<HttpResponseMessage> PostProofAsync(this ServerProcess server, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes) { Headers = { ContentType = new(FraudProof.MediaType) } };
        return await server.Http.PostAsync("/v1/fraud-proofs", body);
    }
}
