using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Licensing;

/// <summary>How this stage's ids are written: 32 hexadecimal characters, lower case only, so that one thing has one address.</summary>
internal static class IdText
{
    public static bool TryRead([NotNullWhen(true)] string? text, out Guid id)
    {
        id = default;
        return text is { Length: 32 } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef") && Guid.TryParseExact(text, "N", out id);
    }
}
