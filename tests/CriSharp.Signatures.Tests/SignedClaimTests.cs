using System.Text;
using CriSharp.Signatures.Checks;

namespace CriSharp.Signatures.Tests;

public class SignedClaimTests
{
    private const string D = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Image = "{\"docker-manifest-digest\":\"" + D + "\"}";
    private const string Identity = """{"docker-reference":"a.test/app:1"}""";
    private const string Critical = "{\"type\":\"atomic container signature\",\"image\":" + Image + ",\"identity\":" + Identity + " }";

    [Theory]
    [InlineData("{\"critical\":" + Critical + ",\"optional\":{\"creator\":\"x\",\"timestamp\":1,\"more\":[]}}")]
    [InlineData("{\"optional\":null,\"critical\":" + Critical + " }")]
    public void Read_OfAClaim_FindsDigestAndName(string json)
    {
        var claim = Read(json);

        Assert.Equal((D, "a.test/app:1"), (claim.Manifest.ToString(), claim.DockerReference));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("null")]
    [InlineData("{\"critical\":" + Critical + " }")]
    [InlineData("{\"critical\":" + Critical + ",\"optional\":{},\"more\":1}")]
    [InlineData("{\"critical\":" + Critical + ",\"critical\":" + Critical + ",\"optional\":{}}")]
    [InlineData("{\"critical\":" + Critical + ",\"optional\":[]}")]
    [InlineData("{\"critical\":{\"type\":\"cosign container image signature\",\"image\":" + Image + ",\"identity\":" + Identity + " },\"optional\":{}}")]
    [InlineData("{\"critical\":{\"type\":\"atomic container signature\",\"image\":" + Image + ",\"identity\":" + Identity + ",\"more\":1},\"optional\":{}}")]
    [InlineData("{\"critical\":{\"type\":\"atomic container signature\",\"image\":" + Image + " },\"optional\":{}}")]
    [InlineData("{\"critical\":{\"type\":\"atomic container signature\",\"image\":{\"docker-manifest-digest\":\"sha256:1\"},\"identity\":" + Identity + " },\"optional\":{}}")]
    [InlineData("{\"critical\":{\"type\":\"atomic container signature\",\"image\":" + Image + ",\"identity\":{\"docker-reference\":\"\"}},\"optional\":{}}")]
    [InlineData("{\"critical\":{\"type\":\"atomic container signature\",\"image\":" + Image + ",\"identity\":{\"docker-reference\":\"a\",\"docker-reference\":\"b\"}},\"optional\":{}}")]
    public void Read_OfAnythingElse_Refuses(string json) => Assert.Throws<FormatException>(() => Read(json));

    private static SignedClaim Read(string json) => SignedClaim.Read(Encoding.UTF8.GetBytes(json), SignedClaim.SimpleSigning);
}
