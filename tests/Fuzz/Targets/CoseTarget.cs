using LiveLedger.Cryptography.Cose;

namespace LiveLedger.Fuzz.Targets;

/// <summary>COSE_Sign1: a whole message has one form, and the first of a sequence is its beginning.</summary>
internal static class CoseTarget
{
    public static FuzzTarget Create() => new("cose", [Samples.Certificate, .. Samples.Records], static input =>
    {
        if (CoseSign1.TryReadFirst(input, out var first) && !input.StartsWith(first.Bytes.Span))
        {
            throw new FuzzException("the message is not what was read");
        }

        if (CoseSign1.TryParse(input, out var whole) && !input.SequenceEqual(whole.Bytes.Span))
        {
            throw new FuzzException("a message has two forms");
        }
    });
}
