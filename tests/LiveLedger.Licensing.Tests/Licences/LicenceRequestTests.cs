using System.Text;
using LiveLedger.Licensing.Licences;

namespace LiveLedger.Licensing.Tests.Licences;

public sealed class LicenceRequestTests
{
    [Fact]
    public void The_request_of_the_specification_is_read()
    {
        // Encrypted Media Extensions §9.1.3.1.
        Assert.True(LicenceRequest.TryParse("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"],"type":"temporary"}"""u8.ToArray(), out var request));
        Assert.Equal("2f05477fc24bb4faefd86517156daffc", Assert.Single(request.KeyIds).ToString());
    }

    [Theory]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A","LwVHf8JLtPrv2GUXFW2v_A"]}""")]
    [InlineData("""{ "type" : "temporary", "kids" : [ "LwVHf8JLtPrv2GUXFW2v_A" ], "new" : 1 }""")]
    public void Other_spellings_of_the_same_are_read(string json)
    {
        Assert.True(LicenceRequest.TryParse(Encoding.UTF8.GetBytes(json), out var request));
        Assert.Single(request.KeyIds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kids":[]}""")]
    [InlineData("""{"kids":"LwVHf8JLtPrv2GUXFW2v_A"}""")]
    [InlineData("""{"kids":[1]}""")]
    [InlineData("""{"kids":[null]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A=="]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v/A"]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_B"]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v"]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"],"type":"persistent-license"}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"],"type":1}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"],"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}""")]
    [InlineData("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}x""")]
    [InlineData("""{"kids":["\ud800"]}""")]
    [InlineData("""{"kids":[[[[[[]]]]]]}""")]
    public void Anything_else_is_refused(string json) => Assert.False(LicenceRequest.TryParse(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void Too_many_ids_or_bytes_are_refused()
    {
        var ids = Enumerable.Range(0, LicenceRequest.MaxKeyIds + 1).Select(static _ => "\"LwVHf8JLtPrv2GUXFW2v_A\"").ToArray();
        Assert.True(LicenceRequest.TryParse(Encoding.UTF8.GetBytes($$"""{"kids":[{{string.Join(',', ids[1..])}}]}"""), out _));
        Assert.False(LicenceRequest.TryParse(Encoding.UTF8.GetBytes($$"""{"kids":[{{string.Join(',', ids)}}]}"""), out _));
        Assert.False(LicenceRequest.TryParse(Encoding.UTF8.GetBytes("""{"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}""" + new string(' ', LicenceRequest.MaxBytes)), out _));
    }

    [Fact]
    public void Mutated_requests_throw_nothing()
    {
        var random = new Random(5);
        var seed = """{"kids":["LwVHf8JLtPrv2GUXFW2v_A","AAAAAAAAAAAAAAAAAAAAAA"],"type":"temporary"}"""u8.ToArray();
        var read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var body = seed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            read += LicenceRequest.TryParse(body.AsMemory(0, random.Next(body.Length + 1)), out var request) && request.KeyIds.Count is > 0 and <= 16 ? 1 : 0;
        }

        // Some mutations change an id only.
        Assert.InRange(read, 1, 50_000);
    }
}
