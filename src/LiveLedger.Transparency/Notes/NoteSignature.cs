namespace LiveLedger.Transparency.Notes;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's id.</param>
/// <param name="Signature">What follows the key id: for an Ed25519 key 64 bytes, for other types what they define.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);
