using System.Text;

namespace CriSharp.Oci.Tests;

public sealed class RuntimeSpecTests
{
    private static RuntimeSpec Spec(string argument = "true") => new()
    {
        Process = new SpecProcess { User = new SpecUser { Uid = 0, Gid = 0 }, Args = [argument], Cwd = "/" },
        Root = new SpecRoot { Path = "rootfs", ReadOnly = true },
        Linux = new SpecLinux
        {
            UidMappings = [new SpecIdMapping { ContainerId = 0, HostId = 100000, Size = 65536 }],
            Seccomp = new SpecSeccomp { DefaultAction = "SCMP_ACT_ALLOW" },
        },
    };

    [Fact]
    public void Json_UsesTheSpecificationsNamesAndLeavesNullsOut() => Assert.Equal(
        """{"ociVersion":"1.0.2","process":{"user":{"uid":0,"gid":0},"args":["true"],"env":[],"cwd":"/"},"root":{"path":"rootfs","readonly":true},"mounts":[],"linux":{"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"namespaces":[],"seccomp":{"defaultAction":"SCMP_ACT_ALLOW"}}}""",
        Encoding.UTF8.GetString(Spec().ToJson()));

    [Theory]
    [InlineData("grüß 😀 <&'+\"\\")]
    [InlineData("line\nbreak\ttab\u0001\u007f\u2028")]
    [InlineData("")]
    public void Parse_OfWhatWasWritten_KeepsEveryString(string argument) =>
        Assert.Equal(argument, RuntimeSpec.Parse(Spec(argument).ToJson()).Process.Args[0]);

    [Fact]
    public void Parse_OverlooksWhatItDoesNotKnow() => Assert.Equal(
        "/x",
        RuntimeSpec.Parse("""{"hooks":{},"process":{"user":{"uid":1,"gid":2},"args":["a"],"cwd":"/x"},"root":{"path":"r"},"linux":{}}"""u8).Process.Cwd);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"process\":null")]
    [InlineData("{\"process\":{\"user\":{\"uid\":-1,\"gid\":0},\"args\":[],\"cwd\":\"/\"},\"root\":{\"path\":\"r\"},\"linux\":{}}")]
    public void Parse_OfSomethingElse_Throws(string json) => Assert.Throws<FormatException>(() => RuntimeSpec.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Parse_OfTooMuch_Throws() =>
        Assert.Contains("limit", Assert.Throws<FormatException>(() => RuntimeSpec.Parse(new byte[(16 << 20) + 1])).Message, StringComparison.Ordinal);

    [Fact]
    public void Process_AndResources_StandAlone()
    {
        Assert.Equal("""{"user":{"uid":0,"gid":0},"args":["true"],"env":[],"cwd":"/"}""", Encoding.UTF8.GetString(Spec().Process.ToJson()));
        Assert.Equal("""{"memory":{"limit":1}}""", Encoding.UTF8.GetString(new SpecResources { Memory = new SpecMemory { Limit = 1 } }.ToJson()));
    }
}
