package com.amazonaws.regions;

public enum Regions {
    US_EAST_1;

    public String getName() {
        return "us-east-1";
    }
}
