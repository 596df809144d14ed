using System.Text.Json.Serialization;

namespace CriSharp.Pods.Networks;

/// <summary>network-debts/ID/debt.json, replaced after each try that failed: for people, and for the next daemon to go on counting.</summary>
internal sealed record NetworkDebtDocument(int Version, DateTimeOffset Since, int Tries, string LastWords)
{
    public const int CurrentVersion = 1;
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NetworkDebtDocument))]
internal sealed partial class NetworkDebtJson : JsonSerializerContext;
