using CriSharp.Registry.Auth;
using CriSharp.TestSupport;

namespace CriSharp.Registry.Tests;

public class TokenCacheTests
{
    private static readonly TokenKey Key = new("registry", "realm", "service", "scope", "");

    [Theory]
    [InlineData(0)]
    [InlineData(-24)]
    [InlineData(24)]
    public void Find_WhateverTheClockIsSetTo_KnowsHowLongATokenIsGood(int hours)
    {
        var clock = new JumpingClock();
        var tokens = new TokenCache(clock);
        tokens.Keep(Key, "token", TimeSpan.FromSeconds(60));

        clock.Jump(TimeSpan.FromHours(hours));
        clock.Pass(TimeSpan.FromSeconds(59));
        Assert.Equal("token", tokens.Find(Key));
        clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(tokens.Find(Key));
    }
}
