using CriSharp.Registry.Auth;

namespace CriSharp.Registry.Tests;

public sealed class AuthChallengeTests
{
    [Fact]
    public void Parse_WhenABearerChallengeIsQuoted_ReadsItsParameters()
    {
        var challenge = Assert.Single(AuthChallenge.Parse(["Bearer realm=\"https://auth.example/token\",service=\"registry\",scope=\"repository:a/b:pull,push\""]));

        Assert.True(challenge.IsBearer);
        Assert.Equal("https://auth.example/token", challenge["realm"]);
        Assert.Equal("registry", challenge["service"]);
        Assert.Equal("repository:a/b:pull,push", challenge["scope"]);
    }

    [Fact]
    public void Parse_WhenOneHeaderHoldsSeveral_ReadsEach()
    {
        var challenges = AuthChallenge.Parse(["Basic realm=a, Bearer realm=\"b\" , service = c", "Negotiate"]);

        Assert.Equal(["Basic", "Bearer", "Negotiate"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal("c", challenges[1]["service"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",,,")]
    [InlineData("=")]
    [InlineData("Bearer realm=\"never ends")]
    [InlineData("Bearer realm=\"\\")]
    [InlineData("\"\"\"")]
    public void Parse_WhenMalformed_EndsWithoutAnError(string header) => AuthChallenge.Parse([header]);

    [Fact]
    public void Parse_WhenAParameterComesTwice_TakesTheFirst() =>
        Assert.Equal("a", Assert.Single(AuthChallenge.Parse(["Bearer realm=\"a\",realm=\"b\""]))["realm"]);
}
