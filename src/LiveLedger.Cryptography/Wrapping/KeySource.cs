using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>Where a key-encryption key comes from: a variable, a file, or a command that prints it (a key management service). One of them.</summary>
public static class KeySource
{
    /// <summary>Begins the names of the variables that say where the key in use is.</summary>
    public const string Current = "LIVELEDGER_KEK";

    /// <summary>The same for the key that is to take its place.</summary>
    public const string Next = "LIVELEDGER_KEK_NEXT";

    /// <summary>A command is given this long.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // 44 characters of base64, and the white space of scripts.
    private const int MaxTextLength = 128;

    private static readonly string[] s_kinds = ["", "_FILE", "_COMMAND"];

    /// <summary>The file that holds the key if no variable says otherwise; made at the first start.</summary>
    public static string DefaultFile(string keysFolder) => Path.Combine(keysFolder, "kek");

    /// <summary>True if a variable says where the key is: then it is not ours to replace.</summary>
    public static bool IsNamed(string name) => s_kinds.Any(kind => Value(name + kind) is not null);

    /// <summary>The key in use: from where the variables say, else from the file, which is made if need be.</summary>
    /// <exception cref="KeyFileException">There is no key to be had there. The message has no part of it.</exception>
    public static KeyEncryptionKey Load(string keysFolder) => Read(Current) ?? KeyEncryptionKey.LoadOrCreate(DefaultFile(keysFolder));

    /// <summary>The key that the variables of this name lead to; null if none is set. A variable with a key in it is forgotten, so that child processes have none.</summary>
    /// <exception cref="KeyFileException">As <see cref="Load"/>.</exception>
    public static KeyEncryptionKey? Read(string name)
    {
        Span<byte> key = stackalloc byte[KeyEncryptionKey.Length];
        try
        {
            if (!TryRead(name, key))
            {
                return null;
            }

            return KeyEncryptionKey.FromBytes(key);
        }
        catch (ArgumentException)
        {
            throw new KeyFileException(name, "a key of zeros is none");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The key's bytes; false if no variable of this name is set.</summary>
    /// <inheritdoc cref="Read"/>
    public static bool TryRead(string name, Span<byte> key) => TryRead(name, s_patience, key);

    internal static bool TryRead(string name, TimeSpan patience, Span<byte> key)
    {
        switch (s_kinds.Where(kind => Value(name + kind) is not null).ToList())
        {
            case []:
                return false;
            case [""]:
                var text = System.Text.Encoding.UTF8.GetBytes(Value(name)!);
                Environment.SetEnvironmentVariable(name, null);
                Decode(name, text, key);
                return true;
            case ["_FILE"]:
                KeyFile.Read(Value(name + "_FILE")!, key);
                return true;
            case ["_COMMAND"]:
                Decode(name + "_COMMAND", Run(name + "_COMMAND", Value(name + "_COMMAND")!, patience), key);
                return true;
            default:
                throw new KeyFileException(name, $"only one of {string.Join(", ", s_kinds.Select(kind => name + kind))} may be set");
        }
    }

    private static string? Value(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    // base64url or base64, as tools print it; wiped afterwards.
    private static void Decode(string name, Span<byte> text, Span<byte> key)
    {
        try
        {
            var trimmed = text.Trim(" \t\r\n"u8).TrimEnd((byte)'=');
            trimmed.Replace((byte)'+', (byte)'-');
            trimmed.Replace((byte)'/', (byte)'_');
            if (!Base64Url.IsValid(trimmed))
            {
                throw new KeyFileException(name, "what it gives is not base64url");
            }

            if (Base64Url.GetMaxDecodedLength(trimmed.Length) != key.Length || !Base64Url.TryDecodeFromUtf8(trimmed, key, out var written) || written != key.Length)
            {
                throw new KeyFileException(name, $"it does not hold {key.Length} bytes");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    // What the command prints is the key and goes nowhere else; what it says on standard error may hold anything, so it is not told either.
    private static byte[] Run(string name, string command, TimeSpan patience)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new KeyFileException(name, "no shell to run it");
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        var text = GC.AllocateArray<byte>(MaxTextLength + 1, pinned: true);
        var length = 0;
        // On a thread of its own, which is left behind if need be: a grandchild may hold the pipe for ever.
        var output = process.StandardOutput.BaseStream;
        var reader = new Thread(() =>
        {
            try
            {
                length = output.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Nobody waits for it any more.
            }
        })
        { IsBackground = true };
        var waited = Stopwatch.StartNew();
        reader.Start();
        try
        {
            if (!reader.Join(patience) || (length <= MaxTextLength && !process.WaitForExit(patience - waited.Elapsed is { Ticks: > 0 } rest ? rest : TimeSpan.Zero)))
            {
                throw new KeyFileException(name, $"the command has not ended within {patience.TotalSeconds:0} s");
            }

            if (length > MaxTextLength)
            {
                throw new KeyFileException(name, "the command prints more than a key");
            }

            return process.ExitCode == 0 ? text[..length] : throw new KeyFileException(name, $"the command ended with {process.ExitCode}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
