namespace LiveLedger.Transparency.Notes;

/// <summary>base64 with padding (RFC 4648 §4) as the C2SP formats use it, one text for each byte string.</summary>
internal static class StrictBase64
{
    internal static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <summary>False for white space, another alphabet, missing padding, or non-zero spare bits.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        var buffer = new byte[text.Length / 4 * 3];
        if (text.Length % 4 != 0 || !Convert.TryFromBase64Chars(text, buffer, out var length))
        {
            return false;
        }

        // The platform's decoder is lenient with white space and spare bits; what it read must be what we would write.
        if (!text.SequenceEqual(Convert.ToBase64String(buffer, 0, length)))
        {
            return false;
        }

        bytes = buffer[..length];
        return true;
    }
}
