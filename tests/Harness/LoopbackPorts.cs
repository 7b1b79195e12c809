using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Harness;

/// <summary>
/// Ports of 127.0.0.1 for servers that begin later, or are killed and begin again at the same place. They lie below those that Linux gives to whoever connects or listens
/// at any (net.ipv4.ip_local_port_range, from 32768): such a one can be somebody's by then, even of the connection that asks whether the server is there, which then
/// reaches itself.
/// </summary>
public static class LoopbackPorts
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly string s_folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "liveledger-test-ports")).FullName;

    // Until this process ends no other gets one of these, whether its server is there or away.
    private static readonly ConcurrentBag<FileStream> s_held = [];

    /// <summary>A port that nobody listens at, and that this process has not had before.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (TryHold(port) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool TryHold(int port)
    {
        try
        {
            s_held.Add(new(Path.Combine(s_folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
