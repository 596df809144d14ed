using System.Text.Json;
using CriSharp.Cri.V1;

namespace CriSharp.Daemon.Services;

/// <summary>Resources in JSON, under the names that the CRI's messages have in it; what is not set is left out.</summary>
internal static class ResourcesText
{
    public static void Write(Utf8JsonWriter json, string name, LinuxContainerResources? resources)
    {
        if (resources is null)
        {
            return;
        }

        json.WriteStartObject(name);
        Write(json, "cpuPeriod", resources.CpuPeriod);
        Write(json, "cpuQuota", resources.CpuQuota);
        Write(json, "cpuShares", resources.CpuShares);
        Write(json, "memoryLimitInBytes", resources.MemoryLimitInBytes);
        Write(json, "memorySwapLimitInBytes", resources.MemorySwapLimitInBytes);
        Write(json, "oomScoreAdj", resources.OomScoreAdj);
        Write(json, "cpusetCpus", resources.CpusetCpus);
        Write(json, "cpusetMems", resources.CpusetMems);
        Write(json, "hugepageLimits", resources.HugepageLimits.DistinctBy(limit => limit.PageSize).ToDictionary(limit => limit.PageSize, limit => $"{limit.Limit}"));
        Write(json, "unified", resources.Unified);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, IDictionary<string, string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
