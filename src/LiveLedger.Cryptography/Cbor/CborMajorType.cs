namespace LiveLedger.Cryptography.Cbor;

/// <summary>The high three bits of an item's first byte (RFC 8949 §3.1). Simple values and floats (7) are not in our formats.</summary>
internal enum CborMajorType : byte
{
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Tag = 6,
}
