package com.google.gson;

import java.lang.reflect.Type;

public abstract class Gson {
    public abstract <T> T fromJson(String json, Type typeOfT);
}
