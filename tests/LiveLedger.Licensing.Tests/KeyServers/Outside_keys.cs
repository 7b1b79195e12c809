using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Licensing.KeyServers;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.KeyServers;

/// <summary>Keys from a key server that answers over HTTP, rightly and wrongly.</summary>
public sealed class Outside_keys : IDisposable
{
    private static readonly KeyPeriodLength s_tenSeconds = KeyPeriodLength.TryOf(10, out var length) ? length : throw new InvalidOperationException();

    private readonly TestFolder _folder = new();
    private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);
    private readonly AnsweringServer _server = new();

    public void Dispose()
    {
        _server.Dispose();
        _kek.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Keys_are_fetched_once_kept_wrapped_and_are_there_when_the_server_is_not()
    {
        var keys = Open();
        keys.Create(_broadcast, ProtectionScheme.Cbcs, KeyPeriodLength.Whole);
        Assert.Equal(1, _server.Asked);

        using var hd = keys.KeyFor(_broadcast, TrackClass.Hd, 0);
        using var audio = keys.KeyFor(_broadcast, TrackClass.Audio, 0);
        Assert.Equal(AnsweringServer.KeyOf(hd.Id.Value), hd.Bytes.ToArray());
        Assert.Equal(AnsweringServer.KeyOf(audio.Id.Value), audio.Bytes.ToArray());
        Assert.Equal(new KeyUse(TrackClass.Hd, 0), keys.Find(_broadcast, hd.Id));
        Assert.Equal(1, _server.Asked);
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(hd.Bytes));
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(audio.Bytes));
        }

        _server.Dispose();
        using var after = Open().KeyFor(_broadcast, TrackClass.Hd, 0);
        Assert.Equal(hd.Bytes.ToArray(), after.Bytes.ToArray());
        using var withoutOne = new MasterKeys(_folder.Path, _kek, new OutsideKeys(_folder.Path, _kek, null)).KeyFor(_broadcast, TrackClass.Hd, 0);
        Assert.Equal(hd.Bytes.ToArray(), withoutOne.Bytes.ToArray());
    }

    [Fact]
    public async Task The_next_periods_keys_come_before_they_are_needed()
    {
        var keys = Open();
        keys.Create(_broadcast, ProtectionScheme.Cenc, s_tenSeconds);
        keys.KeyFor(_broadcast, TrackClass.Sd, 0).Dispose();
        for (var i = 0; i < 1200 && _server.Asked < 2; i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal(2, _server.Asked);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => keys.KeyFor(_broadcast, TrackClass.Sd, 1).Dispose())));
        Assert.InRange(_server.Asked, 2, 3);
    }

    [Fact]
    public void What_travels_is_encrypted()
    {
        Open().Create(_broadcast, ProtectionScheme.Cbcs, KeyPeriodLength.Whole);
        Assert.Contains("EncryptedValue", _server.LastAnswer, StringComparison.Ordinal);
        Assert.DoesNotContain("PlainValue", _server.LastAnswer, StringComparison.Ordinal);
    }

    public static TheoryData<string> Lies => new("other content", "one key less", "one key twice", "altered value", "no mac", "short key", "zeros", "no document", "status 500", "redirect", "endless");

    [Theory]
    [MemberData(nameof(Lies))]
    public void An_answer_that_is_none_makes_no_broadcast_and_is_not_kept(string lie)
    {
        _server.Lie = lie;
        var refusal = Assert.Throws<RefusedException>(() => Open().Create(_broadcast, ProtectionScheme.Cbcs, KeyPeriodLength.Whole)).Refusal;
        Assert.Equal((503, "key-server-failed"), (refusal.Status, refusal.Code));
        Assert.False(File.Exists(Path.Combine(_folder.Path, $"{_broadcast}.keys", "0")));

        _server.Lie = "";
        using var key = Open().KeyFor(_broadcast, TrackClass.Uhd, 0);
        Assert.Equal(AnsweringServer.KeyOf(key.Id.Value), key.Bytes.ToArray());
    }

    [Fact]
    public void A_broadcast_made_before_goes_on_with_keys_of_our_own()
    {
        var own = new MasterKeys(_folder.Path, _kek);
        own.Create(_broadcast);
        using var before = own.KeyFor(_broadcast, TrackClass.Hd, 0);
        using var after = Open().KeyFor(_broadcast, TrackClass.Hd, 0);
        Assert.Equal(before.Bytes.ToArray(), after.Bytes.ToArray());
        Assert.Equal(0, _server.Asked);
    }

    private MasterKeys Open() => new(_folder.Path, _kek, new OutsideKeys(_folder.Path, _kek, new KeyServer(new() { Url = _server.Url })));

    /// <summary>A key server of a few lines, on the answering half's own writer, that lies when told to.</summary>
    private sealed class AnsweringServer : IDisposable
    {
        private readonly HttpListener _listener = new();
        private int _asked;

        public AnsweringServer()
        {
            Url = new($"http://127.0.0.1:{LoopbackPorts.Take()}/keys/");
            _listener.Prefixes.Add(Url.ToString());
            _listener.Start();
            _ = Task.Run(RunAsync);
        }

        public Uri Url { get; }

        public string Lie { get; set; } = "";

        public int Asked => _asked;

        public string LastAnswer { get; private set; } = "";

        public static byte[] KeyOf(Guid kid) => SHA256.HashData(kid.ToByteArray())[..16];

        public void Dispose() => _listener.Close();

        private async Task RunAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    await AnswerAsync(await _listener.GetContextAsync());
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
                {
                    // Closed, or hung up on.
                }
            }
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            Interlocked.Increment(ref _asked);
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Assert.True(CpixText.TryRead(body.ToArray(), out var document));
            var answer = Lie switch
            {
                "no document" => "<html/>",
                "endless" => new string(' ', 300 * 1024),
                _ => Answer(document),
            };
            (context.Response.StatusCode, context.Response.RedirectLocation) = Lie switch { "status 500" => (500, null), "redirect" => (302, Url.ToString()), _ => (200, null) };
            LastAnswer = answer;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            context.Response.Close();
        }

        private string Answer(XElement document)
        {
            var request = CpixRequest.Read(document, "2.3");
            var isFirst = true;
            var filled = XElement.Parse(Encoding.UTF8.GetString(CpixAnswer.Write(request, id =>
            {
                var lies = isFirst;
                isFirst = false;
                return new ContentKey(id, lies && Lie == "zeros" ? new byte[16] : KeyOf(id.Value));
            }, static _ => new byte[16], "")));
            var keys = filled.Descendants(CpixNames.Cpix + "ContentKey").ToList();
            switch (Lie)
            {
                case "other content":
                    filled.SetAttributeValue("contentId", "other");
                    break;
                case "one key less":
                    keys[2].Remove();
                    break;
                case "one key twice":
                    keys[2].AddAfterSelf(new XElement(keys[2]));
                    break;
                case "altered value":
                    var value = keys[1].Descendants(CpixNames.Enc + "CipherValue").Single();
                    value.Value = (value.Value[0] == 'A' ? 'B' : 'A') + value.Value[1..];
                    break;
                case "no mac":
                    filled.Descendants(CpixNames.Pskc + "ValueMAC").Remove();
                    break;
                case "short key":
                    keys[0].Element(CpixNames.Cpix + "Data")!.ReplaceWith(new XElement(CpixNames.Cpix + "Data",
                        new XElement(CpixNames.Pskc + "Secret", new XElement(CpixNames.Pskc + "PlainValue", Convert.ToBase64String(new byte[] { 1, 2, 3 })))));
                    break;
            }

            return filled.ToString(SaveOptions.DisableFormatting);
        }
    }
}
